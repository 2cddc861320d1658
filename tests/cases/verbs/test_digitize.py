"""digitize (số hóa, chuyển hồ sơ): received → digitized by a clerk; every mandatory scan, 15:00 rule (R14, R16)."""

from dataclasses import replace

import pytest

from cases import services
from cases.enums import EventKind, Provision, State, Verb
from cases.errors import NotPermitted, ScanMissing
from cases.services.checklist import ComponentFacts
from notifications.enums import LetterState
from notifications.models import Letter
from tests.cases.helpers import (
    fresh,
    last_event,
    refused,
    refused_in_this_state,
    refused_to_everybody_but,
    states_without,
)
from tests.cast import local, upload


@pytest.fixture
def scanned(world):
    dossier = world.receive()
    world.scan(dossier)
    return dossier


def test_digitize_hands_the_dossier_to_the_competent_agency(world, clock, scanned):
    clock.move_to("2026-11-09 16:00")
    services.digitize(scanned, by=world.clerk)
    dossier = fresh(scanned)
    assert dossier.state == State.DIGITIZED
    assert dossier.transferred_at == local("2026-11-09 16:00")
    assert (dossier.holder, dossier.holder_unit) == (None, world.ward)
    assert dossier.due_at == local("2026-11-12 17:00")


def test_digitize_writes_one_event(world, scanned):
    services.digitize(scanned, by=world.clerk)
    assert last_event(scanned) == (
        EventKind.DIGITIZED,
        "Lê Thị Một Cửa",
        "received",
        "digitized",
        "Digitized and handed over to UBND phường Thử Nghiệm.",
    )


def test_digitize_ends_the_desk_step_and_opens_the_next(world, clock, scanned):
    clock.move_to("2026-11-09 16:00")
    services.digitize(scanned, by=world.clerk)
    first, second = scanned.step_runs.all()
    assert (first.name, first.officer, first.done_at) == (
        "Tiếp nhận",
        world.clerk,
        local("2026-11-09 16:00"),
    )
    assert (second.name, second.unit, second.officer) == ("Thẩm định", world.ward, None)
    # 12 working hours: 1 on Monday, 8 on Tuesday, 3 on Wednesday.
    assert (second.due_at, second.done_at) == (local("2026-11-11 10:30"), None)


def test_digitize_at_the_centre_moves_the_dossier_to_the_ward(world):
    dossier = world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    for item in dossier.components.filter(provision=Provision.PAPER):
        services.add_document(dossier, upload(), by=world.centre_clerk, component=item)
    services.digitize(dossier, by=world.centre_clerk)
    assert fresh(dossier).holder_unit == world.ward
    assert dossier.step_runs.last().unit == world.ward


# Scans (R14) ----------------------------------------------------------------------------------------


def test_digitize_names_every_missing_scan(world):
    form, identity = world.components(world.free)
    dossier = world.receive(
        components=[replace(form, originals=2), replace(identity, provision=Provision.PAPER)]
    )
    services.add_document(dossier, upload(), by=world.clerk, component=dossier.components.first())
    with refused(ScanMissing, "scan_missing") as caught:
        services.digitize(dossier, by=world.clerk)
    assert caught.value.field == "documents"
    assert caught.value.sentence == (
        "The dossier cannot leave the desk yet: 1 of 2 scans of “Application form”; "
        "0 of 1 scans of “Identity paper”."
    )


def test_digitize_counts_as_many_scans_as_originals(world):
    form, identity = world.components(world.free)
    dossier = world.receive(components=[replace(form, originals=2), identity])
    world.scan(dossier)
    assert services.digitize(dossier, by=world.clerk).state == State.DIGITIZED


@pytest.mark.parametrize("provision", [Provision.SHOWN, Provision.REUSED, Provision.ELECTRONIC])
def test_digitize_needs_no_scan_of_what_is_exempt(world, provision):
    form, identity = world.components(world.free)
    world.free.versions.get().components.update(electronic_source="National Population Database")
    dossier = world.receive(
        components=[replace(form, provision=provision), replace(identity, provision=provision)]
    )
    assert services.digitize(dossier, by=world.clerk).state == State.DIGITIZED


def test_digitize_does_not_take_a_scan_that_belongs_to_no_component(world):
    dossier = world.receive()
    services.add_document(dossier, upload(), by=world.clerk)
    with refused(ScanMissing):
        services.digitize(dossier, by=world.clerk)


# The 15:00 rule (R16) -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "handed_over", "late"),
    [
        ("2026-11-10 15:00", "2026-11-10 17:00", False),
        ("2026-11-10 15:00", "2026-11-10 17:00:59", False),
        ("2026-11-10 15:00", "2026-11-10 17:01", True),
        ("2026-11-10 15:01", "2026-11-11 08:30", False),
        ("2026-11-13 15:30", "2026-11-16 08:30", False),
        ("2026-11-13 15:30", "2026-11-16 08:31", True),
    ],
)
def test_digitize_records_a_late_transfer(world, clock, received, handed_over, late):
    clock.move_to(received)
    dossier = world.receive()
    world.scan(dossier)
    clock.move_to(handed_over)
    services.digitize(dossier, by=world.clerk)
    data = dossier.events.last().data
    assert (data["agency"], data["late_transfer"]) == ("UBND phường Thử Nghiệm", late)


@pytest.mark.parametrize(("moment", "how"), [("2026-11-09 14:30", "on_time"), ("2026-11-09 14:31", "late")])
def test_digitize_says_whether_the_step_at_the_desk_was_in_time(world, clock, scanned, moment, how):
    """“Tiếp nhận” has 4 working hours from Monday 09:00: until 14:30 (R17)."""
    clock.move_to(moment)
    services.digitize(scanned, by=world.clerk)
    assert scanned.events.last().data["punctuality"] == how


# Arrival (R15) --------------------------------------------------------------------------------------


@pytest.fixture
def on_the_way(world, clock):
    """Received at the ward for its neighbour, due Thursday 12/11; on the 11th the apology is drafted."""
    dossier = world.receive(competent_agency=world.other_ward)
    world.scan(dossier)
    clock.move_to("2026-11-11 09:00")
    assert services.draft_apologies() == 1
    return dossier


def test_an_arrival_that_moves_the_date_takes_the_untouched_draft_back(world, on_the_way):
    services.digitize(on_the_way, by=world.clerk)
    assert fresh(on_the_way).due_at == local("2026-11-16 17:00")
    letter = Letter.objects.get()
    assert (letter.state, letter.cancel_reason) == (
        LetterState.CANCELLED,
        "The dossier arrived later than expected, so the due date moved.",
    )
    assert services.draft_apologies() == 0


def test_an_arrival_leaves_a_draft_that_somebody_wrote_into(world, on_the_way):
    services.prepare_apology(
        Letter.objects.get(),
        by=world.outsider_head,
        reason="Mất điện",
        new_due_at=local("2026-11-18 17:00"),
    )
    services.digitize(on_the_way, by=world.clerk)
    assert Letter.objects.get().state == LetterState.DRAFT


# Who and when ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", states_without(Verb.DIGITIZE))
def test_digitize_is_not_possible_in_another_state(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: services.digitize(dossier, by=world.clerk))


def test_digitize_is_not_permitted_to_anybody_else(world, scanned):
    refused_to_everybody_but(world, world.clerk, act=lambda person: services.digitize(scanned, by=person))


def test_digitize_is_refused_to_the_outsider(world, scanned):
    with refused(NotPermitted, "not_permitted"):
        services.digitize(scanned, by=world.outsider_clerk)


def test_digitize_of_an_online_filing_is_never_a_late_transfer(world, clock):
    """What was filed online is with the agency at once (Decree 61/2018 Art 18.1)."""
    filing = world.submit(channel="online", components=world.components(world.free)[1:])
    form = world.free.versions.get().components.first()
    electronic = [ComponentFacts(form.pk, provision=Provision.ELECTRONIC)]
    dossier = services.receive_filing(filing, by=world.clerk, components=electronic)
    clock.move_to("2026-11-09 10:00")
    services.digitize(dossier, by=world.clerk)
    assert dossier.events.last().data["late_transfer"] is False
