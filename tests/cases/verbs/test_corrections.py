"""The agency's own mistakes: corrected free of charge, lost papers apologised for (R39)."""

import pytest

from cases import services
from cases.enums import EventKind, Provision, State
from cases.errors import Invalid, NotPermitted, NotPossibleNow
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
