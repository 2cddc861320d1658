"""exclude_period: days such as public posting that the limit of one dossier does not count (R23)."""

from datetime import date

import pytest

from cases import services
from cases.enums import EventKind, Verb
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from notifications.models import Letter
from procedures.enums import LimitUnit
from tests.cases.helpers import (
    fresh,
    last_event,
    refused,
    refused_in_this_state,
    refused_to_everybody_but,
    states_without,
    told,
)
from tests.cast import local, make_procedure

POSTING = "Niêm yết công khai"
PERIODS = [{"name_vi": POSTING, "name_en": "Public posting"}]


def exclude(world, dossier, **changes):
    facts = {
        "by": world.officer,
        "name": POSTING,
        "first": date(2026, 11, 10),
        "last": date(2026, 11, 11),
        **changes,
    }
    return services.exclude_period(dossier, **facts)


@pytest.fixture
def posted(world):
    """Received Monday 09/11/2026, three working days, due Thursday 12/11; the version names a posting."""
    world.free.versions.update(excluded_periods=PERIODS)
    return world.processing()


def test_exclude_period_does_not_count_both_ends(world, posted):
    exclude(world, posted)
    dossier = fresh(posted)
    assert dossier.due_at == local("2026-11-16 17:00")
    assert dossier.first_due_at == local("2026-11-12 17:00")


def test_exclude_period_counts_in_calendar_days_too(world):
    land = make_procedure("1.000023", "Thủ tục đất đai", amount=20, unit=LimitUnit.CALENDAR_DAY)
    land.versions.update(excluded_periods=PERIODS)
    dossier = world.processing(land)
    assert dossier.due_at == local("2026-11-30 17:00")  # 29/11 is a Sunday
    exclude(world, dossier, last=date(2026, 11, 24))  # 15 days
    assert fresh(dossier).due_at == local("2026-12-14 17:00")


def test_exclude_period_keeps_one_row(world, posted):
    exclude(world, posted, reason=" Niêm yết tại trụ sở ")
    row = posted.excluded_periods.get()
    assert (row.name, row.first, row.last, row.reason, row.by) == (
        POSTING,
        date(2026, 11, 10),
        date(2026, 11, 11),
        "Niêm yết tại trụ sở",
        world.officer,
    )


def test_exclude_period_writes_one_event_and_tells_the_applicant_of_the_new_date(world, posted):
    exclude(world, posted)
    assert last_event(posted) == (
        EventKind.PERIOD_EXCLUDED,
        "Phạm Văn Thụ Lý",
        "",
        "processing",
        "Niêm yết công khai from 10/11/2026 to 11/11/2026 does not count: "
        "due at 16/11/2026 17:00 (before: 12/11/2026 17:00).",
    )
    assert [channel for channel, _to, _subject in told(posted)] == ["email", "sms"]


def test_exclude_period_that_moves_nothing_tells_nobody(world, posted):
    exclude(world, posted, first=date(2026, 11, 14), last=date(2026, 11, 15))
    assert fresh(posted).due_at == local("2026-11-12 17:00")
    assert posted.events.last().kind == EventKind.PERIOD_EXCLUDED
    assert told(posted) == []


def test_exclude_period_twice_adds_up(world, posted):
    exclude(world, posted)
    exclude(world, posted, first=date(2026, 11, 13), last=date(2026, 11, 13))
    assert fresh(posted).due_at == local("2026-11-17 17:00")


def test_exclude_period_and_extension_add_up(world, posted):
    posted.version.__class__.objects.update(
        extension_mode="add", extension_amount=2, extension_unit="working_day"
    )
    services.extend(posted, by=world.officer, reason="Cần xác minh")
    assert fresh(posted).due_at == local("2026-11-16 17:00")
    exclude(world, posted)
    assert fresh(posted).due_at == local("2026-11-18 17:00")


def test_exclude_period_stays_out_of_the_count_after_a_supplement(world, clock, posted):
    exclude(world, posted, first=date(2026, 11, 16), last=date(2026, 11, 17))
    services.request_supplement(posted, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])
    clock.move_to("2026-11-13 09:00")
    assert services.resume(posted, by=world.clerk).due_at == local("2026-11-20 17:00")


def test_exclude_period_does_not_move_the_date_that_an_apology_promised(world, posted):
    services.issue_apology(posted, by=world.head, reason="Chờ xác minh", new_due_at=local("2026-11-20 17:00"))
    exclude(world, posted)
    assert fresh(posted).due_at == local("2026-11-20 17:00")


def test_exclude_period_withdraws_the_draft_of_a_date_that_moved(world, posted):
    letter, _created = services.draft_apology(posted)
    exclude(world, posted)
    letter = Letter.objects.get(pk=letter.pk)
    assert (letter.state, letter.cancel_reason) == ("cancelled", "The due date has moved.")


@pytest.mark.parametrize(
    ("changes", "code", "field", "sentence"),
    [
        (
            {"name": "Nghỉ mát"},
            "unknown_period",
            "name",
            "“Nghỉ mát” is not one of the periods of this procedure: Niêm yết công khai.",
        ),
        (
            {"last": date(2026, 11, 9)},
            "ends_before_it_begins",
            "last",
            "The period ends (09/11/2026) before it begins (10/11/2026).",
        ),
        (
            {"last": date(2126, 11, 9)},
            "too_long",
            "last",
            "A period of so many days is a typing error: 10/11/2026 to 09/11/2126.",
        ),
        (
            {"first": date(2026, 11, 8)},
            "before_reception",
            "first",
            "The period cannot begin before the day of reception (09/11/2026).",
        ),
    ],
)
def test_exclude_period_of_wrong_days_is_refused(world, posted, changes, code, field, sentence):
    with refused(Invalid, code) as caught:
        exclude(world, posted, **changes)
    assert (caught.value.field, caught.value.sentence) == (field, sentence)


@pytest.mark.parametrize(("first", "last"), [(9, 10), (11, 12), (10, 11), (9, 30)])
def test_exclude_period_over_another_is_refused(world, posted, first, last):
    exclude(world, posted)
    with refused(Invalid, "overlaps") as caught:
        exclude(world, posted, first=date(2026, 11, first), last=date(2026, 11, last))
    assert caught.value.sentence == (
        "Another period from 10/11/2026 to 11/11/2026 is already entered; the two overlap."
    )


@pytest.mark.parametrize("moment", ["2026-11-12 17:00", "2026-11-13 08:00"])
def test_exclude_period_from_the_due_moment_on_is_refused(world, clock, posted, moment):
    clock.move_to(moment)
    with refused(NotPossibleNow, "too_late"):
        exclude(world, posted)


def test_exclude_period_where_the_version_names_none_is_refused(world):
    dossier = world.processing()
    with refused(NotPossibleNow, "no_periods") as caught:
        exclude(world, dossier)
    assert caught.value.sentence == (
        "This procedure counts every day: it names no period that does not count."
    )


@pytest.mark.parametrize("state", states_without(Verb.EXCLUDE_PERIOD))
def test_exclude_period_is_not_possible_in_another_state(world, state):
    world.free.versions.update(excluded_periods=PERIODS)
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: exclude(world, dossier))


def test_exclude_period_is_not_permitted_to_anybody_else(world, posted):
    refused_to_everybody_but(
        world, world.officer, world.second_officer, act=lambda person: exclude(world, posted, by=person)
    )


def test_exclude_period_is_refused_to_the_outsider(world, posted):
    with refused(NotPermitted, "not_permitted"):
        exclude(world, posted, by=world.outsider_officer)
