"""The clock as a ledger: stored facts in, due date and proof out (R15, R19, R23–R26, R30, R31)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cases import services
from cases.deadlines import due_date
from cases.enums import Provision
from cases.errors import Invalid
from cases.facts import facts_of
from cases.ledger import ClockFacts, FactsRefused, Wait, check_waits, clock
from cases.limits import CannotCount, Excluded, Extension, ExtensionRefused, Limit, MomentRefused
from cases.models import Dossier, Supplement
from cases.proof import ProofReason
from cases.queries import promise_of
from cases.services.clock import promise
from procedures.calendars import calendar_for
from procedures.working_time import SpecialDay
from procedures.working_time import local as at_home
from tests.cases.helpers import fresh
from tests.cast import local, upload
from tests.law_fixtures import LATE, OFFICIAL, SATURDAY_COUNTS, SATURDAY_DESK, at

FIVE_DAYS = Limit(Decimal(5), "working_day")
THREE_MORE = Extension(Decimal(3), "working_day", "add")


def facts(**changes) -> ClockFacts:
    """Received Monday 09/11/2026 09:00 with 5 working days: due Monday 16/11/2026."""
    return ClockFacts(FIVE_DAYS, at("2026-11-09 09:00"))._replace(**changes)


def due(calendar=OFFICIAL, **changes) -> str:
    return f"{clock(facts(**changes), calendar).due_at:%d/%m %H:%M}"


def rows(counted) -> list[tuple]:
    return [(f"{day.date:%d/%m}", day.ordinal, day.reason.value) for day in counted.proof]


# One way from facts to due date ---------------------------------------------------------------------


def test_the_limit_alone_is_what_due_date_gives():
    counted = clock(facts(), OFFICIAL)
    same = due_date(at("2026-11-09 09:00"), FIVE_DAYS, OFFICIAL)
    assert (counted.due_at, counted.counted_due_at, counted.proof) == (same.due_at, same.due_at, same.proof)
    assert due() == "16/11 17:00"


def test_a_restart_counts_the_whole_limit_from_the_completion():
    assert due(started_at=at("2026-11-17 10:00")) == "25/11 17:00"  # 24/11 is off


def test_periods_that_do_not_count_and_an_extension_add_up():
    posting = (Excluded(date(2026, 11, 12), date(2026, 11, 16)),)
    assert due(excluded=posting) == "19/11 17:00"
    assert due(extension=THREE_MORE) == "19/11 17:00"
    assert due(excluded=posting, extension=THREE_MORE) == "25/11 17:00"


def test_an_issued_apology_promises_another_date_and_the_count_stays():
    counted = clock(facts(rescheduled_to=at("2026-11-20 17:00")), OFFICIAL)
    assert counted.due_at == at("2026-11-20 17:00")
    assert counted.counted_due_at == at("2026-11-16 17:00")
    assert rows(counted)[-2:] == [("16/11", 5, "counted"), ("20/11", None, "rescheduled")]


def test_a_promised_day_that_became_a_day_off_rolls_to_the_next_working_day():
    day_off = SpecialDay(date(2026, 11, 20), False, "other", "Ngày nghỉ đột xuất")
    counted = clock(facts(rescheduled_to=at("2026-11-20 10:00")), OFFICIAL.with_days([day_off]))
    assert counted.due_at == at("2026-11-23 17:00")
    assert rows(counted)[-4:] == [
        ("20/11", None, "rescheduled"),
        ("21/11", None, "weekend"),
        ("22/11", None, "weekend"),
        ("23/11", None, "rolled_forward"),
    ]


def test_a_promise_inside_the_hours_of_a_working_day_stays_to_the_minute():
    assert due(rescheduled_to=at("2026-11-20 10:00")) == "20/11 10:00"


def test_a_promise_into_a_year_without_a_notice_is_provisional():
    assert not clock(facts(), OFFICIAL).provisional
    assert clock(facts(rescheduled_to=at("2027-01-04 17:00")), OFFICIAL).provisional


def test_the_row_of_the_apology_says_why_in_the_language_of_the_reader():
    last = clock(facts(rescheduled_to=at("2026-11-20 17:00")), OFFICIAL).proof[-1]
    with translation.override("en"):
        assert (str(last.reason.label), str(last.article)) == (
            "moved by the issued apology",
            "the letter of apology",
        )


# Facts that contradict each other -------------------------------------------------------------------


def refusal(**changes) -> str:
    with translation.override("en"), pytest.raises(FactsRefused) as refused:
        clock(facts(**changes), OFFICIAL)
    return str(refused.value)


def test_periods_that_overlap_are_refused():
    one, other = (
        Excluded(date(2026, 11, 10), date(2026, 11, 12)),
        Excluded(date(2026, 11, 12), date(2026, 11, 13)),
    )
    assert refusal(excluded=(other, one)) == (
        "Two periods that do not count overlap: 10/11/2026–12/11/2026 and 12/11/2026–13/11/2026."
    )


def test_a_period_before_the_reception_is_refused():
    early = (Excluded(date(2026, 11, 8), date(2026, 11, 12)),)
    assert refusal(excluded=early) == (
        "The period from 08/11/2026 cannot begin before the dossier was received (09/11/2026 09:00)."
    )
    # A period of the first cycle may lie before the completion that restarted the clock.
    restarted = facts(started_at=at("2026-11-17 10:00"), filed_at=at("2026-11-08 10:00"), excluded=early)
    assert clock(restarted, OFFICIAL).due_at == at("2026-11-25 17:00")


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(CannotCount):
        clock(facts(excluded=(Excluded(date(2026, 11, 12), date(2026, 11, 11)),)), OFFICIAL)


def test_a_promise_before_the_clock_started_is_refused():
    assert refusal(rescheduled_to=at("2026-11-06 17:00")) == (
        "The apology promises 06/11/2026 17:00, before the clock started (09/11/2026 09:00)."
    )
    with pytest.raises(MomentRefused):
        clock(facts(rescheduled_to=datetime(2026, 11, 20, 17)), OFFICIAL)


@pytest.mark.parametrize(
    "extension",
    [
        Extension(None, "working_day", "add"),
        Extension(None, "", "replace"),
        Extension(None, "", "agreed"),
        Extension(None, "", "agreed", date(2026, 11, 16)),
        Extension(Decimal(3), "working_day", "twice"),
    ],
)
def test_an_extension_without_what_its_mode_needs_is_refused(extension):
    with pytest.raises(ExtensionRefused):
        clock(facts(extension=extension), OFFICIAL)


def waits_refused(*waits: Wait) -> str:
    with translation.override("en"), pytest.raises(FactsRefused) as refused:
        check_waits(waits)
    return str(refused.value)


def test_waits_in_order_are_accepted():
    monday, tuesday, friday = (at(f"2026-11-{day} 10:00") for day in ("09", "10", "13"))
    check_waits([])
    check_waits([Wait(tuesday, friday), Wait(monday, tuesday), Wait(friday)])


def test_an_answer_before_its_question_is_refused():
    assert waits_refused(Wait(at("2026-11-10 10:00"), at("2026-11-10 09:59"))) == (
        "A supplement cannot be complete (10/11/2026 09:59) before it was asked for (10/11/2026 10:00)."
    )


@pytest.mark.parametrize("answered", [None, "2026-11-12 08:00"])
def test_a_question_while_another_one_is_open_is_refused(answered):
    first = Wait(at("2026-11-10 10:00"), answered and at(answered))
    assert waits_refused(first, Wait(at("2026-11-11 10:00"))) == (
        "A supplement was asked for at 11/11/2026 10:00, before the one of 10/11/2026 10:00 was complete."
    )


# What holds for every ledger ------------------------------------------------------------------------

moments = st.datetimes(datetime(2020, 1, 1), datetime(2026, 9, 30)).map(lambda m: at(m.isoformat()))
calendars = st.sampled_from([OFFICIAL, LATE, SATURDAY_DESK, SATURDAY_COUNTS])
day_units = st.sampled_from(["working_day", "calendar_day"])
units = st.sampled_from(["working_day", "calendar_day", "working_hour", "same_day", "immediate"])


@st.composite
def ledgers(draw, units=units):
    """Any facts that do not contradict each other."""
    started_at = draw(moments)
    edges = draw(st.lists(st.integers(0, 60), unique=True, max_size=6).map(sorted))
    edges = [started_at.date() + timedelta(days=n) for n in edges]
    extension = draw(
        st.none() | st.builds(Extension, st.integers(1, 20).map(Decimal), day_units, st.just("add"))
    )
    rescheduled_to = draw(st.none() | st.integers(1, 90).map(lambda days: started_at + timedelta(days=days)))
    return ClockFacts(
        Limit(Decimal(draw(st.integers(0, 40))), draw(units)),
        started_at,
        filed_at=started_at,
        excluded=tuple(Excluded(*pair) for pair in zip(edges[::2], edges[1::2], strict=False)),
        extension=extension,
        rescheduled_to=rescheduled_to,
    )


@given(ledgers(day_units), calendars)
def test_a_limit_in_days_is_due_at_closing_of_a_working_day(facts, calendar):
    counted = clock(facts, calendar)
    day = counted.counted_due_at.date()
    assert calendar.is_working_day(day)
    assert counted.counted_due_at == calendar.closing(day)


@given(ledgers(), calendars)
def test_a_due_date_never_falls_on_a_day_off(facts, calendar):
    assert calendar.is_working_day(clock(facts, calendar).due_at.date())


@given(ledgers(), st.integers(1, 20), calendars)
def test_a_longer_limit_is_never_due_earlier(facts, more, calendar):
    longer = facts._replace(limit=Limit(facts.limit.amount + more, facts.limit.unit))
    assert clock(facts, calendar).due_at <= clock(longer, calendar).due_at


@given(ledgers(), calendars)
def test_leaving_days_out_never_makes_it_due_earlier(facts, calendar):
    counted, without = clock(facts, calendar), clock(facts._replace(excluded=()), calendar)
    assert counted.counted_due_at >= without.counted_due_at


@given(ledgers(), calendars)
def test_the_last_row_of_the_proof_is_the_due_day(facts, calendar):
    counted = clock(facts, calendar)
    assert counted.proof[-1].date == counted.due_at.date()


@given(ledgers(), calendars)
def test_the_proof_of_the_count_leaves_no_day_out(facts, calendar):
    days = [day.date for day in clock(facts._replace(rescheduled_to=None), calendar).proof]
    assert days[0] == facts.started_at.date()
    assert all(b - a == timedelta(days=1) for a, b in pairwise(days))


@given(ledgers(), moments, calendars)
def test_a_restart_is_like_a_fresh_reception(facts, completed, calendar):
    again = facts._replace(started_at=completed, excluded=(), extension=None, rescheduled_to=None)
    assert clock(again, calendar).due_at == due_date(completed, facts.limit, calendar).due_at


@given(ledgers(), calendars)
def test_counting_again_from_what_was_stored_moves_nothing(facts, calendar):
    counted = clock(facts, calendar)
    stored = facts._replace(started_at=counted.counts_as_received_at)
    if facts.rescheduled_to is None or facts.rescheduled_to >= stored.started_at:
        assert clock(stored, calendar).due_at == counted.due_at


@given(ledgers(), st.integers(0, 60))
def test_switching_off_a_day_off_never_makes_it_due_later(facts, offset):
    day = facts.started_at.date() + timedelta(days=offset)
    extra = SpecialDay(day, False, "other", "Nghỉ", key="extra")
    calendar = OFFICIAL.with_days([extra])
    assert clock(facts, calendar.without(["extra"])).due_at <= clock(facts, calendar).due_at


@given(ledgers(), calendars)
def test_the_same_facts_give_the_same_answer(facts, calendar):
    assert clock(facts, calendar).due_at == clock(facts, calendar.with_days([])).due_at


# From the database ----------------------------------------------------------------------------------


def recounted(dossier):
    dossier = fresh(dossier)
    return clock(facts_of(dossier), calendar_for(dossier.competent_agency))


def test_facts_of_a_received_dossier_give_its_due_date(world):
    dossier = world.receive()
    assert recounted(dossier).due_at == dossier.due_at == local("2026-11-12 17:00")


def test_facts_of_a_rescheduled_dossier_give_its_due_date(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-10 10:00")
    services.issue_apology(
        dossier, by=world.head, reason="Máy chủ hỏng", new_due_at=local("2026-11-17 17:00")
    )
    assert recounted(dossier).due_at == fresh(dossier).due_at == local("2026-11-17 17:00")
    shown = promise_of(fresh(dossier))
    assert (shown.counted_due_at, shown.proof_holds) == (local("2026-11-12 17:00"), True)
    assert shown.days[-1].reason == ProofReason.RESCHEDULED


def test_a_new_cycle_forgets_the_reschedule_of_the_old_one(world, clock):
    dossier = world.processing()
    clock.move_to("2026-11-10 10:00")
    services.issue_apology(
        dossier, by=world.head, reason="Máy chủ hỏng", new_due_at=local("2026-11-17 17:00")
    )
    services.request_supplement(dossier, by=world.officer, reason="Thiếu", items=["Tờ khai"])
    clock.move_to("2026-11-11 10:00")
    services.resume(dossier, by=world.clerk)
    assert facts_of(fresh(dossier)).rescheduled_to is None
    assert recounted(dossier).due_at == fresh(dossier).due_at == local("2026-11-16 17:00")


def test_facts_of_a_filing_that_has_no_clock_yet_are_its_limit(world, django_assert_num_queries):
    dossier = Dossier.objects.select_related("limit").get(pk=world.submit().pk)
    with django_assert_num_queries(0):
        facts = facts_of(dossier, started_at=local("2026-11-09 09:00"))
    assert facts == ClockFacts(Limit(Decimal(3), "working_day"), local("2026-11-09 09:00"))


def test_facts_that_nothing_follows_from_are_refused_like_bad_input(world, english):
    dossier = world.receive()
    dossier.limit.amount = Decimal(-1)
    with pytest.raises(Invalid) as refused:
        promise(dossier, dossier.clock_started_at)
    assert (refused.value.code, refused.value.sentence) == (
        "cannot_count",
        "A time limit is a number from 0 on, not “-1”.",
    )


def test_the_real_arrival_is_stored_as_the_start_also_when_the_date_stays(world, clock):
    dossier = world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    assert dossier.clock_started_at == local("2026-11-09 09:00")
    for item in dossier.components.filter(provision=Provision.PAPER):
        services.add_document(dossier, upload(), by=world.centre_clerk, component=item)
    clock.move_to("2026-11-09 14:10")
    dossier = services.digitize(dossier, by=world.centre_clerk)
    assert fresh(dossier).clock_started_at == local("2026-11-09 14:10")
    assert fresh(dossier).due_at == local("2026-11-12 17:00")
    assert recounted(dossier).due_at == fresh(dossier).due_at


def test_resume_before_the_question_is_refused(world, clock, english):
    dossier = world.supplement()
    asked = Supplement.objects.get(dossier=dossier)
    clock.move_to(f"{at_home(asked.asked_at - timedelta(minutes=1)):%Y-%m-%d %H:%M}")
    with pytest.raises(Invalid) as refused:
        services.resume(dossier, by=world.clerk)
    assert refused.value.code == "cannot_count"
    assert "before it was asked for" in refused.value.sentence
    assert fresh(dossier).state == "supplement"
    assert Supplement.objects.get(dossier=dossier).answered_at is None
