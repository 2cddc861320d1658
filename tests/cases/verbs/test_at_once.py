"""decide_at_once: decided while the applicant waits, recorded like any other dossier (R12)."""

import pytest

from cases import deadlines, services
from cases.enums import EventKind, State
from cases.errors import Invalid, NotPermitted
from cases.models import Dossier
from procedures.models import ProcedureVersion
from tests.cases.helpers import fresh, kinds, refused, refused_to_everybody_but
from tests.cast import local, upload


@pytest.fixture
def counter(world):
    """Two procedures decided at once, and a clerk who is authorised to decide them."""
    ProcedureVersion.objects.update(decided_at_once=True)
    world.clerk.decides_at_counter = True
    world.clerk.save()
    return world


def decide(world, procedure=None, **changes):
    procedure = procedure or world.free
    form = procedure.versions.get().components.get(position=0)
    facts = {
        "desk": world.ward,
        "by": world.clerk,
        "components": world.components(procedure),
        "scans": {form.pk: [upload()]},
        "number": "15/TL",
        "signer": "Lê Thị Một Cửa",
        **changes,
    }
    return services.decide_at_once(procedure, world.applicant, upload("trich-luc.pdf"), **facts)


def test_r12_a_copy_from_the_register_is_handed_over_after_a_quarter_of_an_hour(counter, clock):
    clock.move_to("2026-11-09 09:25")
    dossier = fresh(decide(counter, received_at=local("2026-11-09 09:10")))
    assert (dossier.state, dossier.code) == (State.RETURNED, "H41.101-261109-0001")
    assert (dossier.received_at, dossier.finished_at, dossier.returned_at) == (
        local("2026-11-09 09:10"),
        local("2026-11-09 09:25"),
        local("2026-11-09 09:25"),
    )
    assert deadlines.punctuality(dossier.due_at, dossier.finished_at) != deadlines.Punctuality.LATE
    assert not dossier.receipt_wanted
    assert dossier.book_number == 1
    assert (dossier.result_number, dossier.result_signer, dossier.collector_name) == (
        "15/TL",
        "Lê Thị Một Cửa",
        "Nguyễn Thị Ví Dụ",
    )


def test_r12_every_step_is_in_the_history(counter):
    dossier = decide(counter, counter.paid)
    assert kinds(dossier) == [
        EventKind.RECEIVED,
        EventKind.DOCUMENT_ADDED,
        EventKind.DIGITIZED,
        EventKind.STARTED,
        EventKind.DOCUMENT_ADDED,
        EventKind.RESULT_RECORDED,
        EventKind.PAID,
        EventKind.SETTLED,
        EventKind.RETURNED,
    ]


def test_r12_the_fee_is_taken(counter):
    dossier = decide(counter, counter.paid, method="transfer")
    payment = dossier.payments.get()
    assert (payment.amount, payment.method, dossier.balance) == (15000, "transfer", 0)


def test_r12_a_receipt_is_printed_when_it_is_asked_for(counter):
    assert decide(counter, receipt_wanted=True).receipt_wanted


def test_r12_what_is_not_decided_at_once_has_a_receipt(world):
    assert world.receive().receipt_wanted
    assert world.submit().receipt_wanted
    ProcedureVersion.objects.update(decided_at_once=True)
    assert not world.receive().receipt_wanted
    assert not world.submit().receipt_wanted


def test_r12_another_procedure_is_not_decided_at_once(counter):
    ProcedureVersion.objects.update(decided_at_once=False)
    with refused(Invalid, "not_at_once") as caught:
        decide(counter)
    assert caught.value.sentence == (
        "This procedure is not decided at once. Receive the dossier and hand it over as usual."
    )


@pytest.mark.parametrize(
    "change",
    [{"number": " "}, {"signer": ""}, {"scans": {}}, {"scans": {10**9: []}}, {"components": []}],
)
def test_r12_all_or_nothing(counter, change):
    with pytest.raises(Invalid):
        decide(counter, **change)
    assert not Dossier.objects.exists()


def test_r12_a_clerk_without_the_authorisation_does_not_decide(counter):
    counter.clerk.decides_at_counter = False
    counter.clerk.save()
    with refused(NotPermitted, "not_permitted"):
        decide(counter)


def test_r12_an_authorised_clerk_decides_only_what_is_decided_at_once(world):
    world.clerk.decides_at_counter = True
    world.clerk.save()
    dossier = world.digitized()
    with refused(NotPermitted, "not_permitted"):
        services.start(dossier, by=world.clerk)


def test_r12_at_the_centre_nobody_decides_for_a_ward(counter):
    counter.centre_clerk.decides_at_counter = True
    counter.centre_clerk.save()
    with refused(NotPermitted, "not_permitted"):
        decide(counter, desk=counter.centre, by=counter.centre_clerk, competent_agency=counter.ward)


def test_r12_nobody_else_decides_at_once(counter):
    refused_to_everybody_but(counter, counter.clerk, act=lambda person: decide(counter, by=person))
