"""Changes of the calendar: looked at before, proposed, approved or dropped, and by whom (R24)."""

from datetime import date

import pytest

from cases import services
from cases.enums import RevisionState
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.models import CalendarMove
from cases.services import calendar_preview, revisions
from cases.services.calendar_moves import apply_approved
from cases.services.calendar_preview import preview
from cases.services.revisions import DayFacts
from procedures.calendars import calendar_for
from procedures.enums import Role
from procedures.models import CalendarDay
from tests.cases.helpers import crowd, everything, make_person, refused
from tests.cases.revisions.helpers import NOTICE, TUESDAY, WEDNESDAY, off, switch_off, switch_on
from tests.cast import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


# Looking at it before -------------------------------------------------------------------------------


def test_preview_says_how_many_move_from_when_to_when_and_changes_nothing(world, clock, proposal):
    dossiers = [world.receive(), world.receive()]
    clock.move_to("2026-11-10 09:00")
    dossiers.append(world.receive())
    world.supplement()
    revision = proposal(WEDNESDAY)
    before = everything()
    seen = preview(revision)
    assert (seen.looked_at, seen.moved, seen.told, seen.uncountable) == (3, 3, 3, [])
    assert [(str(group.old), str(group.new), group.count) for group in seen.groups] == [
        ("2026-11-12", "2026-11-13", 2),
        ("2026-11-13", "2026-11-16", 1),
    ]
    listed = list(calendar_preview.moves(revision))
    assert [(row.code, row.procedure) for row in listed] == [(d.code, "1.000001") for d in dossiers]
    assert (listed[0].old_due_at, listed[0].new_due_at) == (
        local("2026-11-12 17:00"),
        local("2026-11-13 17:00"),
    )
    assert [row.code for row in calendar_preview.moves(revision, after=dossiers[1].pk)] == [dossiers[2].code]
    assert everything() == before
    assert calendar_for(world.ward).is_working_day(WEDNESDAY)


def test_what_the_preview_says_is_what_happens(world, clock, proposal, chief):
    rescheduled = world.receive()
    services.issue_apology(
        rescheduled, by=world.head, reason="Cần xác minh", new_due_at=local("2026-11-16 17:00")
    )
    for channel in ("desk", "post"):
        world.receive(channel=channel)
    world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    revision = proposal(WEDNESDAY, date(2026, 11, 16))
    promised = {row.pk: row.new_due_at for row in calendar_preview.moves(revision)}
    revisions.approve(revision, by=chief)
    apply_approved()
    assert promised == dict(CalendarMove.objects.values_list("dossier", "new_due_at"))
    assert len(promised) == 4


# Proposing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "code", "sentence"),
    [
        ([], "no_days", "Enter at least one day."),
        ([off(TUESDAY), off(TUESDAY)], "twice", "10/11/2026 is there twice; each day is changed once."),
        (
            [off(WEDNESDAY, is_worked=True)],
            "not_a_saturday",
            "11/11/2026 is no Saturday: only a Saturday is worked instead of another day.",
        ),
        ([off(date(2026, 11, 15))], "off_anyway", "15/11/2026 is a Sunday, which is off anyway."),
        (
            [off(date(2026, 11, 24))],
            "already_in_force",
            "“Vietnam Culture Day” is already in force on 24/11/2026; switch that day off first.",
        ),
        (
            [switch_off(TUESDAY)],
            "nothing_to_switch",
            "On 10/11/2026 no day of this calendar is in force that could be switched off.",
        ),
        (
            [switch_on(date(2026, 11, 24))],
            "nothing_to_switch",
            "On 24/11/2026 no day of this calendar is switched off that could be switched on.",
        ),
        (
            [DayFacts(TUESDAY)],
            "invalid",
            "Give 10/11/2026 its name: it is printed in the proof of due dates.",
        ),
        ([DayFacts(TUESDAY, name_vi="x" * 151)], "too_long", "A text of 10/11/2026 is too long."),
        ([off(TUESDAY, kind="x")], "unknown", "10/11/2026: unknown change or kind of day."),
        (
            [off(date(2101, 1, 3))],
            "out_of_range",
            "The calendar reaches from 2000 to 2100; 03/01/2101 is not in it.",
        ),
        (
            [off(date(2028, 3, 1))],
            "year_incomplete",
            "The calendar has no day of 2028 yet, so it is estimated. Enter all days of the year at once, "
            "at least 11, or import the official calendar.",
        ),
    ],
)
def test_days_that_cannot_be_are_refused(world, chief, days, code, sentence):
    with refused(Invalid, code) as caught:
        revisions.propose(None, reason="Thử", legal_reference=NOTICE, days=days, by=chief)
    assert str(caught.value.sentence) == sentence


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 301}, "reason"),
        ({"legal_reference": ""}, "legal_reference"),
        ({"legal_reference": "x" * 401}, "legal_reference"),
    ],
)
def test_reason_and_reference_are_asked_for(world, chief, changes, field):
    with refused(Invalid) as caught:
        revisions.propose(
            None,
            **{"reason": "Thử", "legal_reference": NOTICE, "days": [off(TUESDAY)], "by": chief, **changes},
        )
    assert caught.value.field == field


def test_a_day_already_taken_since_the_proposal_is_refused_at_the_approval(world, proposal, chief):
    first, second = proposal(WEDNESDAY), proposal(WEDNESDAY)
    revisions.approve(first, by=chief)
    with refused(Invalid, "already_in_force"):
        revisions.approve(second, by=chief)


def test_days_of_an_agency_stand_beside_those_of_the_country(world, proposal):
    revision = proposal(date(2026, 11, 24), agency=world.ward)
    assert revision.days.get().date == date(2026, 11, 24)


# Who may --------------------------------------------------------------------------------------------


def test_who_proposes_for_the_country(world, chief):
    keeper = make_person("quan-tri-tinh", world.province, Role.AGENCY_ADMIN)
    system = make_person("he-thong", None, Role.SYSTEM_ADMIN)
    root = make_person("goc", None, "", is_superuser=True)

    def act(person):
        return revisions.propose(None, reason="Thử", legal_reference=NOTICE, days=[off(WEDNESDAY)], by=person)

    people = [p for p in _crowd_without_machine(world) if p not in (chief, keeper, system, root)]
    before = everything()
    for person in people:
        with pytest.raises(NotPermitted):
            act(person)
    assert everything() == before
    assert [act(person).created_by for person in (chief, keeper, system, root)] == [
        chief,
        keeper,
        system,
        root,
    ]


def _crowd_without_machine(world):
    """Everybody but those who keep the whole installation."""
    return [p for p in crowd(world) if not (p.is_active and (p.is_superuser or p.role == Role.SYSTEM_ADMIN))]


def test_an_outsider_does_not_propose_for_another_agency(world):
    for person in (world.outsider_head, world.clerk, world.officer, world.auditor):
        with refused(NotPermitted, "not_permitted"):
            revisions.propose(
                world.ward, reason="Thử", legal_reference=NOTICE, days=[off(WEDNESDAY)], by=person
            )


def test_a_keeper_proposes_and_a_supervisor_approves(world, proposal):
    keeper = make_person("quan-tri-phuong", world.ward, Role.AGENCY_ADMIN)
    revision = proposal(WEDNESDAY, agency=world.ward, by=keeper)
    for person in (keeper, world.clerk, world.outsider_head):
        with refused(NotPermitted, "not_permitted"):
            revisions.approve(revision, by=person)
    approved = revisions.approve(revision, by=world.supervisor)
    assert (approved.created_by, approved.approved_by) == (keeper, world.supervisor)


def test_a_supervisor_of_a_ward_does_not_approve_for_the_country(world, proposal):
    revision = proposal(WEDNESDAY)
    for person in (world.supervisor, world.head, world.outsider_head):
        with refused(NotPermitted, "not_permitted"):
            revisions.approve(revision, by=person)


def test_a_proposal_of_the_console_is_approved_by_a_person(world, proposal, chief):
    revision = proposal(WEDNESDAY, by=None)
    assert revision.created_by is None
    with refused(NotPermitted, "not_permitted"):
        revisions.approve(revision, by=None)
    assert revisions.approve(revision, by=chief).approved_by == chief


# Dropping -------------------------------------------------------------------------------------------


def test_a_proposal_is_dropped_by_who_made_it_or_may_approve(world, proposal, chief):
    keeper = make_person("quan-tri-phuong", world.ward, Role.AGENCY_ADMIN)
    revision = proposal(WEDNESDAY, agency=world.ward, by=keeper)
    for person in (world.clerk, world.outsider_head, None):
        with refused(NotPermitted):
            revisions.cancel(revision, by=person)
    assert revisions.cancel(revision, by=keeper).state == RevisionState.CANCELLED
    assert not CalendarDay.objects.filter(date=WEDNESDAY).exists()
    other = proposal(WEDNESDAY, agency=world.ward, by=keeper)
    assert revisions.cancel(other, by=world.supervisor).state == RevisionState.CANCELLED


def test_what_was_decided_is_not_decided_again(world, proposal, approved, chief):
    dropped, done = revisions.cancel(proposal(WEDNESDAY), by=chief), approved(WEDNESDAY)
    for revision in (dropped, done):
        for verb in (revisions.approve, revisions.cancel):
            with refused(NotPossibleNow):
                verb(revision, by=chief)
