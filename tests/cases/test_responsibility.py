"""R27: whose time it is, and that the parts add up to the whole, always."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from cases import services
from cases.models import Consultation, Dossier
from cases.responsibility import (
    Asked,
    FactsContradict,
    Holder,
    Party,
    TimelineFacts,
    Wait,
    WaitGround,
    Work,
    adjusted_end,
    agency_working_minutes,
    on_time_766,
    split,
    waiting_hours,
)
from cases.timeline import responsibility_of
from tests.law_fixtures import OFFICIAL, SATURDAY_COUNTS, at

MONDAY, END = at("2026-11-09 09:00"), at("2026-11-25 16:00")
SUPPLEMENT = Wait(at("2026-11-11 10:00"), at("2026-11-17 10:00"))


def facts(**changes) -> TimelineFacts:
    return TimelineFacts(**{"received_at": MONDAY, "ended_at": END, "unit": "desk", **changes})


def used(whole) -> list[tuple]:
    """Who, and the clock hours and working hours of each share."""
    return [
        (share.holder.unit or share.holder.ground, share.holder.officer, share.clock_minutes / 60)
        for share in whole.shares
    ]


# The pure division --------------------------------------------------------------------------------------


def test_r27_agency_time_is_the_whole_without_the_waits():
    """The example of the rule: 61.5 hours."""
    assert agency_working_minutes(MONDAY, END, [SUPPLEMENT], OFFICIAL) == 3690


def test_r27_time_without_a_step_belongs_to_the_holding_unit():
    whole = split(facts(), OFFICIAL)
    assert [span.holder for span in whole.spans] == [Holder(Party.AGENCY, "desk")]
    assert (whole.clock_minutes, whole.working_minutes) == (391 * 60, 5610)


def test_r27_steps_give_the_time_to_unit_and_officer():
    whole = split(
        facts(
            steps=[
                Work("desk", "Lê", MONDAY, at("2026-11-09 11:00")),
                Work("ward", "Phạm", at("2026-11-09 14:00"), at("2026-11-10 08:00")),
                Work("desk", None, at("2026-11-10 08:00"), at("2026-11-10 09:00")),
            ],
            ended_at=at("2026-11-10 09:00"),
        ),
        OFFICIAL,
    )
    assert used(whole) == [("desk", "Lê", 2), ("desk", None, 4), ("ward", "Phạm", 18)]
    assert [span.working_minutes for span in whole.spans] == [120, 90, 210, 60]


def test_r27_the_applicant_goes_before_the_other_agency_and_that_before_the_agency():
    whole = split(
        facts(
            ended_at=at("2026-11-09 16:00"),
            waits=[Wait(at("2026-11-09 13:00"), at("2026-11-09 14:00"))],
            consultations=[Asked("tax office", at("2026-11-09 10:00"), at("2026-11-09 15:00"))],
            steps=[Work("ward", "Phạm", MONDAY, None)],
        ),
        OFFICIAL,
    )
    assert [(span.holder.party, span.clock_minutes) for span in whole.spans] == [
        (Party.AGENCY, 60),
        (Party.OTHER_AGENCY, 180),
        (Party.APPLICANT, 60),
        (Party.OTHER_AGENCY, 60),
        (Party.AGENCY, 60),
    ]


def test_r27_of_two_consultations_at_once_the_first_named_has_the_time():
    whole = split(
        facts(
            ended_at=at("2026-11-09 12:00"),
            consultations=[
                Asked("tax office", MONDAY, at("2026-11-09 11:00")),
                Asked("land office", at("2026-11-09 10:00"), None),
            ],
        ),
        OFFICIAL,
    )
    assert used(whole) == [("tax office", None, 2), ("land office", None, 1)]


def test_r27_a_fee_that_is_owed_is_a_wait_of_its_own():
    whole = split(facts(waits=[SUPPLEMENT, Wait(at("2026-11-24 10:00"), None, WaitGround.FEE)]), OFFICIAL)
    waits = [span for span in whole.spans if span.holder.party is Party.APPLICANT]
    # The whole of Tuesday 24/11 is a day off: it is the applicant's time all the same, and no working time.
    assert [(span.holder.ground, span.clock_minutes, span.working_minutes) for span in waits] == [
        ("supplement", 144 * 60, 1920),
        ("fee", 30 * 60, 420),
    ]


def test_r27_what_lies_outside_the_whole_is_nobodys():
    earlier = Work("desk", "Lê", at("2026-11-02 09:00"), at("2026-11-09 10:00"))
    later = Wait(at("2026-11-25 15:00"), at("2026-12-25 15:00"))
    whole = split(facts(steps=[earlier], waits=[later]), OFFICIAL)
    assert used(whole) == [("desk", "Lê", 1), ("desk", None, 389), ("supplement", None, 1)]


def test_r27_an_open_dossier_is_divided_until_now():
    open_facts = facts(ended_at=None, waits=[Wait(at("2026-11-09 10:00"))])
    assert used(split(open_facts, OFFICIAL, now=at("2026-11-09 11:00"))) == [
        ("desk", None, 1),
        ("supplement", None, 1),
    ]
    with pytest.raises(ValueError, match="give `now`"):
        split(open_facts, OFFICIAL)


def test_r27_nothing_is_used_in_no_time():
    whole = split(facts(ended_at=MONDAY), OFFICIAL)
    assert (whole.spans, whole.shares, whole.clock_minutes, whole.working_minutes) == ((), [], 0, 0)


def test_r27_contradictory_facts_are_refused():
    with translation.override("en"):
        with pytest.raises(FactsContradict, match="cannot end before it was received"):
            split(facts(ended_at=at("2026-11-09 08:59")), OFFICIAL)
        with pytest.raises(FactsContradict, match="cannot end before it begins"):
            split(facts(waits=[Wait(SUPPLEMENT.ends, SUPPLEMENT.begins)]), OFFICIAL)


MOMENTS = st.datetimes(
    datetime(2026, 8, 1), datetime(2027, 2, 28), timezones=st.just(ZoneInfo("Asia/Ho_Chi_Minh"))
)
LENGTHS = st.none() | st.timedeltas(timedelta(0), timedelta(days=40))


def stretches(make, **more):
    """Lists of stretches that begin anywhere and last for a while or still."""
    pairs = st.tuples(MOMENTS, LENGTHS, *more.values())
    made = pairs.map(lambda p: make(p[0], None if p[1] is None else p[0] + p[1], *p[2:]))
    return st.lists(made, max_size=6)


@given(
    received_at=MOMENTS,
    length=st.timedeltas(timedelta(0), timedelta(days=120)),
    calendar=st.sampled_from([OFFICIAL, SATURDAY_COUNTS]),
    waits=stretches(lambda a, b, ground: Wait(a, b, ground), ground=st.sampled_from(WaitGround)),
    asked=stretches(lambda a, b, who: Asked(who, a, b), who=st.sampled_from(["tax", "land"])),
    steps=stretches(
        lambda a, b, unit, officer: Work(unit, officer, a, b),
        unit=st.sampled_from(["desk", "ward"]),
        officer=st.sampled_from([None, "Lê", "Phạm"]),
    ),
)
def test_r27_the_parts_add_up_to_the_whole_always(received_at, length, calendar, waits, asked, steps):
    end = received_at + length
    whole = split(TimelineFacts(received_at, end, "desk", waits, asked, steps), calendar)
    spans = whole.spans
    assert sum(span.clock_minutes for span in spans) == whole.clock_minutes
    assert sum(span.working_minutes for span in spans) == whole.working_minutes
    assert sum(share.clock_minutes for share in whole.shares) == whole.clock_minutes
    assert sum(share.working_minutes for share in whole.shares) == whole.working_minutes
    assert sum(whole.working_minutes_of(party) for party in Party) == whole.working_minutes
    assert all(0 <= span.working_minutes <= span.clock_minutes for span in spans)
    assert [span.ends for span in spans[:-1]] == [span.begins for span in spans[1:]]
    minute = {"second": 0, "microsecond": 0}
    if spans:
        assert (spans[0].begins, spans[-1].ends) == (received_at.replace(**minute), end.replace(**minute))


# Subtraction (R52) --------------------------------------------------------------------------------------


def test_r52_completed_waits_are_subtracted_and_open_ones_not():
    waits = [Wait(at("2026-10-07 09:00"), at("2026-10-09 09:00")), Wait(at("2026-10-12 09:00"))]
    assert waiting_hours(waits) == 48
    assert adjusted_end(at("2026-10-14 16:00"), waits) == at("2026-10-12 16:00")


def test_r52_on_time_when_the_adjusted_end_is_not_after_the_appointment():
    appointment, wait = at("2026-10-12 17:00"), Wait(at("2026-10-07 09:00"), at("2026-10-09 09:00"))
    always = {"multiple_requests_overdue": "always"}
    assert on_time_766(appointment, at("2026-10-14 17:00"), [wait], **always)
    assert not on_time_766(appointment, at("2026-10-14 17:01"), [wait], **always)


def test_r52_more_than_one_request_is_overdue_by_the_parameter():
    appointment, end = at("2026-10-12 17:00"), at("2026-10-12 16:00")
    over = [
        Wait(at("2026-10-07 09:00"), at("2026-10-07 10:00")),
        Wait(at("2026-10-08 09:00"), at("2026-10-08 10:00")),
    ]
    waiting = [over[0], Wait(at("2026-10-08 09:00"))]
    assert not on_time_766(appointment, end, over, multiple_requests_overdue="always")
    assert on_time_766(appointment, end, over, multiple_requests_overdue="only_while_waiting")
    assert not on_time_766(appointment, end, waiting, multiple_requests_overdue="only_while_waiting")
    with pytest.raises(ValueError, match="sometimes"):
        on_time_766(appointment, end, over, multiple_requests_overdue="sometimes")


# A dossier ----------------------------------------------------------------------------------------------


def shares_of(dossier) -> list[tuple]:
    whole = responsibility_of(Dossier.objects.get(pk=dossier.pk))
    shares = [
        (
            share.holder.party.value,
            str(share.holder.unit or share.holder.ground),
            share.holder.officer and share.holder.officer.username,
            share.working_minutes,
        )
        for share in whole.shares
    ]
    assert sum(minutes for *_who, minutes in shares) == whole.working_minutes
    return shares


def test_r27_a_filing_has_used_no_time(world):
    assert responsibility_of(world.submit()) is None


def test_r27_of_a_dossier_with_a_supplement_the_wait_is_the_applicants(world, clock):
    dossier = world.digitized()
    clock.move_to("2026-11-09 14:00")
    services.start(dossier, by=world.officer)
    clock.move_to("2026-11-11 10:00")
    services.request_supplement(dossier, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])
    clock.move_to("2026-11-17 10:00")
    services.resume(dossier, by=world.clerk)
    clock.move_to("2026-11-18 16:00")
    world.record_result(dossier)
    clock.move_to("2026-11-20 16:00")  # ready since the 18th: nobody's time any more
    ward = str(world.ward)
    assert shares_of(dossier) == [
        ("agency", ward, "thu-ly", 1770),
        ("applicant", "supplement", None, 1920),
    ]


def test_r27_a_result_that_waits_for_its_fee_waits_for_the_applicant(world, clock):
    dossier = world.processing(world.paid)
    clock.move_to("2026-11-10 09:00")
    world.record_result(dossier)
    clock.move_to("2026-11-11 09:00")
    assert shares_of(dossier)[-1] == ("applicant", "fee", None, 480)
    services.pay(dossier, by=world.clerk, amount=15000, method="cash")
    clock.move_to("2026-11-13 09:00")
    assert shares_of(dossier)[-1] == ("applicant", "fee", None, 480)


def test_r27_an_open_consultation_is_the_other_agencys_time(world, clock):
    dossier = world.processing()
    Consultation.objects.create(
        dossier=dossier,
        kind="opinion",
        agency=world.centre,
        question="Có nợ thuế không?",
        working_hours=16,
        created_at=timezone.now(),
        created_by=world.officer,
        asked_at=timezone.now(),
        due_at=timezone.now() + timedelta(days=2),
    )
    clock.move_to("2026-11-09 11:00")
    assert shares_of(dossier) == [("other_agency", str(world.centre), None, 120)]


def test_r27_a_stopped_dossier_ends_where_it_was_stopped(world, clock):
    dossier = world.supplement()
    clock.move_to("2026-12-07 09:00")
    services.stop(dossier, by=world.supervisor, reason="Không bổ sung")
    clock.move_to("2027-03-01 09:00")
    whole = responsibility_of(Dossier.objects.get(pk=dossier.pk))
    assert [share.holder.party for share in whole.shares] == [Party.APPLICANT]
    assert whole.clock_minutes == 28 * 24 * 60


def test_r27_the_page_of_a_dossier_shows_who_used_the_time(world, clock, client, settings):
    settings.LANGUAGE_CODE = "en"
    dossier = world.supplement()
    clock.move_to("2026-11-10 10:30")
    client.force_login(world.supervisor)
    page = client.get(f"/quan-tri/cases/dossier/{dossier.pk}/change/").content.decode()
    assert "Who used the time" in page
    assert "Applicant: supplement" in page
    assert "9 h 30 min" in page and "25 h 30 min" in page
