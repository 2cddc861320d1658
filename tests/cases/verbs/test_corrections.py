"""The agency's own mistakes: corrected free of charge, lost papers apologised for (R39)."""

from datetime import date

import pytest

from cases import services
from cases.enums import EventKind, Provision, State
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.models import StoredPaper
from cases.services.store import reuse_offers
from procedures.models import Component
from tests.cases.helpers import (
    fresh,
    last_event,
    refused,
    refused_to_everybody_but,
    told,
)
from tests.cast import local

MISSPELT = "Sai tên đệm: “Thi” sửa thành “Thị”"


def correct(world, original, **changes):
    return services.receive_correction(original, **{"by": world.clerk, "reason": MISSPELT, **changes})


@pytest.fixture
def original(world):
    """A dossier with a fee, paid and returned."""
    dossier = world.with_result(world.paid)
    services.pay(dossier, by=world.clerk, amount=15000)
    return services.return_result(
        fresh(dossier), by=world.clerk, collector=world.applicant.full_name, proof="receipt"
    )


def test_r39_a_correction_is_a_new_dossier_that_names_the_first_and_costs_nothing(world, original, clock):
    clock.move_to("2026-11-16 09:00")
    correction = fresh(correct(world, original))
    assert (correction.corrects, list(original.corrections.all())) == (original, [correction])
    assert (correction.code, correction.state) == ("H41.101-261116-0001", State.RECEIVED)
    assert (correction.fee_total, correction.balance) == (0, 0)
    assert correction.due_at == local("2026-11-19 17:00")
    assert (correction.applicant, correction.competent_agency, correction.version) == (
        original.applicant,
        original.competent_agency,
        original.version,
    )
    assert correction.subject == MISSPELT


def test_r39_a_correction_asks_for_no_paper(world, original):
    correction = correct(world, original)
    assert list(correction.components.values_list("provision", flat=True)) == [
        Provision.REUSED,
        Provision.REUSED,
        Provision.NOT_NEEDED,
    ]
    assert services.digitize(correction, by=world.clerk).state == State.DIGITIZED


def test_r39_the_event_names_the_agencys_mistake_and_the_applicant_is_told(world, original):
    correction = correct(world, original)
    event = correction.events.get()
    assert event.kind == EventKind.RECEIVED
    assert {name: event.data[name] for name in ("ground", "corrects", "reason")} == {
        "ground": "agency_mistake",
        "corrects": original.code,
        "reason": MISSPELT,
    }
    assert len(told(correction)) == 2


def test_r39_a_correction_goes_the_usual_way_to_its_own_result(world, original):
    correction = services.digitize(correct(world, original), by=world.clerk)
    services.start(correction, by=world.officer)
    assert world.record_result(correction, number="12a/KQ").state == State.PAID


def test_r39_without_a_result_there_is_nothing_to_correct(world):
    for state in [State.SUBMITTED, State.RECEIVED, State.PROCESSING, State.SUPPLEMENT, State.STOPPED]:
        dossier = world.in_state(state)
        with refused(NotPossibleNow):
            correct(world, dossier)


def test_r39_a_result_is_corrected_by_one_dossier_at_a_time(world, original):
    correction = correct(world, original)
    with refused(NotPossibleNow, "corrected_already"):
        correct(world, original)
    services.withdraw(correction, by=world.clerk, reason="Nhầm")
    assert correct(world, original).corrects == original


@pytest.mark.parametrize("reason", ["", "  "])
def test_r39_a_correction_says_what_is_wrong(world, original, reason):
    with refused(Invalid, "required") as caught:
        correct(world, original, reason=reason)
    assert caught.value.field == "reason"


def test_r39_a_correction_is_received_by_the_clerk_of_the_desk(world, original):
    refused_to_everybody_but(world, world.clerk, act=lambda person: correct(world, original, by=person))


def test_r39_whether_there_is_a_result_is_asked_before_who_asks(world):
    dossier = world.processing()
    with refused(NotPossibleNow):
        correct(world, dossier, by=world.outsider_clerk)


def test_r39_after_the_procedure_was_abolished_its_mistakes_are_mended_by_the_old_version(
    world, original, clock
):
    world.paid.versions.update(in_force_to=date(2026, 11, 30))
    clock.move_to("2026-12-14 09:00")
    correction = correct(world, original)
    assert (correction.version, correction.limit) == (original.version, original.limit)
    assert (correction.state, fresh(correction).due_at) == (State.RECEIVED, local("2026-12-17 17:00"))


def test_r39_a_desk_that_was_closed_receives_no_correction(world, original):
    type(world.ward).objects.filter(pk=world.ward.pk).update(is_active=False)
    with refused(Invalid) as caught:
        correct(world, original)
    assert (caught.value.field, caught.value.sentence) == (
        "desk",
        "UBND phường Thử Nghiệm is no longer active.",
    )


# What is offered from the store ---------------------------------------------------------------------------


@pytest.fixture
def offered(world):
    """The numbers of the results that another procedure is offered from the applicant's store."""
    asked = Component.objects.create(
        version=world.paid.versions.get(), position=9, name_vi="Giấy chứng nhận", name_en="Certificate"
    )

    def numbers(dossier) -> list[str]:
        offer = reuse_offers(asked.version, dossier.applicant).get(asked.pk)
        return [offer.paper.number] if offer else []

    return numbers


def corrected(world, original, number, **changes):
    """The original with a correction that has its result."""
    correction = services.digitize(correct(world, original), by=world.clerk)
    services.start(correction, by=world.officer)
    correction = world.record_result(correction, number=number, **changes)
    return services.return_result(
        correction, by=world.clerk, collector=world.applicant.full_name, proof="receipt"
    )


def test_r36_the_wrong_result_is_offered_until_the_right_one_is_there(world, offered):
    original = world.returned()
    assert offered(original) == ["12/KQ"]
    correct(world, original)
    assert offered(original) == ["12/KQ"]


def test_r36_a_corrected_result_is_not_offered_any_more_even_after_the_right_one_expired(
    world, offered, clock
):
    original = world.returned()
    corrected(world, original, "12a/KQ", valid_until=date(2026, 11, 10))
    assert offered(original) == ["12a/KQ"]
    clock.move_to("2026-11-11 09:00")
    assert offered(original) == []
    assert StoredPaper.objects.filter(number="12/KQ", valid_until=None).exists()


@pytest.mark.parametrize("of", ["the first result", "the correction"])
def test_r36_of_several_corrections_only_the_last_one_is_offered(world, offered, clock, of):
    original = world.returned()
    first = corrected(world, original, "12a/KQ")
    corrected(world, original if of == "the first result" else first, "12b/KQ", valid_until=date(2026, 11, 9))
    assert offered(original) == ["12b/KQ"]
    clock.move_to("2026-11-10 09:00")
    assert offered(original) == []


def test_r36_a_certificate_that_was_brought_stays_offered_when_the_result_is_corrected(world):
    version = world.free.versions.get()
    form = version.components.get(position=0)
    Component.objects.filter(pk=form.pk).update(result_of=world.paid)
    original = world.returned()
    corrected(world, original, "12a/KQ")
    brought = StoredPaper.objects.get(result_of=world.paid)
    assert reuse_offers(version, original.applicant)[form.pk].paper == brought


# Lost papers ----------------------------------------------------------------------------------------------


def report(world, dossier, **changes):
    return services.report_loss(dossier, **{"by": world.clerk, "papers": [" Tờ khai gốc ", ""], **changes})


@pytest.mark.parametrize("state", [State.RECEIVED, State.PROCESSING, State.RETURNED, State.STOPPED])
def test_r39_lost_papers_are_recorded_and_the_applicant_gets_an_apology(world, state):
    dossier = world.in_state(state)
    report(world, dossier)
    kind, who, _before, after, sentence = last_event(dossier)
    assert (kind, who, after) == (EventKind.PAPERS_LOST, "Lê Thị Một Cửa", state)
    assert sentence == "The agency lost or damaged papers and apologises: Tờ khai gốc"
    assert [subject for _channel, _to, subject in told(dossier)] == [
        f"Dossier {dossier.code}: Papers lost or damaged"
    ] * 2


def test_r39_what_was_never_received_cannot_be_lost(world):
    filing = world.submit()
    with refused(NotPossibleNow):
        report(world, filing)


def test_r39_whether_there_are_papers_is_asked_before_who_asks(world):
    filing = world.submit()
    with refused(NotPossibleNow):
        report(world, filing, by=world.outsider_clerk)


def test_r39_a_loss_names_the_papers(world):
    dossier = world.receive()
    with refused(Invalid, "required") as caught:
        report(world, dossier, papers=[" "])
    assert caught.value.field == "papers"


def test_r39_a_loss_is_reported_by_who_works_on_the_dossier_or_supervises_that(world):
    dossier = world.processing()
    allowed = [world.clerk, world.officer, world.second_officer, world.supervisor, world.head]
    refused_to_everybody_but(world, *allowed, act=lambda person: report(world, dossier, by=person))
    for person in allowed:
        assert report(world, dossier, by=person).actor == person


def test_r39_a_loss_is_not_reported_by_the_outsider(world):
    dossier = world.receive()
    with refused(NotPermitted, "not_permitted"):
        report(world, dossier, by=world.outsider_clerk)
