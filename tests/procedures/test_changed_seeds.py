"""Seeds that changed: versions are never edited, what people have set since stays."""

from datetime import date
from decimal import Decimal

import pytest

from procedures.enums import VersionStatus
from procedures.models import (
    Agency,
    CalendarDay,
    Procedure,
    ProcedureVersion,
)
from procedures.seeds.files import SeedsRefused
from tests.procedures.small_seeds import RECORD, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


class TestChangedRecord:
    def test_changed_limit_makes_a_new_version_and_leaves_the_old_one(self, seeds):
        seeds.load(today=date(2026, 11, 1))
        seeds.record["time_limits"] = [{"label": "3 ngày làm việc", "amount": 3, "unit": "working_day"}]

        counts = seeds.load()

        old, new = seeds.versions()
        assert counts.versions_created == 1
        assert (old.number, old.in_force_from, old.in_force_to) == (1, date(2018, 6, 21), date(2026, 11, 19))
        assert old.limits.get().amount == 5
        assert [s.amount for s in old.steps.all()] == [Decimal(a) for a in ("0.5", "3.5", "0.5", "0.5")]
        assert (new.number, new.in_force_from, new.in_force_to) == (2, TODAY, None)
        assert new.limits.get().amount == 3

    def test_changed_record_takes_effect_on_its_own_day(self, seeds):
        seeds.load()
        seeds.record |= {"sets": 2, "in_force_from": date(2027, 3, 1)}

        seeds.load()

        old, new = seeds.versions()
        assert (old.in_force_to, new.in_force_from) == (date(2027, 2, 28), date(2027, 3, 1))

    def test_second_change_of_a_day_takes_effect_the_next_day(self, seeds):
        seeds.load(today=date(2026, 11, 1))
        seeds.record["sets"] = 2
        seeds.load()
        seeds.record["sets"] = 3
        seeds.load()

        assert [(v.sets, v.in_force_from, v.in_force_to) for v in seeds.versions()] == [
            (1, date(2018, 6, 21), date(2026, 11, 19)),
            (2, date(2026, 11, 20), date(2026, 11, 20)),
            (3, date(2026, 11, 21), None),
        ]

    def test_change_that_would_begin_before_the_version_in_force_is_refused(self, seeds):
        seeds.record["in_force_from"] = date(2026, 7, 1)
        seeds.load()
        seeds.record["sets"] = 2

        with pytest.raises(SeedsRefused) as refused:
            seeds.load()

        assert refused.value.problems == [
            "procedures/all.yaml, 1.999001: the content changed, but in_force_from 01/07/2026 is not later than"
            " that of the version before, 01/07/2026. Give the day on which the change takes effect."
        ]
        assert [v.sets for v in seeds.versions()] == [1]

    def test_draft_is_completed_in_place(self, seeds):
        components = seeds.record.pop("components")
        seeds.record["complete"] = False
        seeds.load()
        assert seeds.versions()[0].status == VersionStatus.DRAFT
        seeds.record |= {"components": components, "complete": True}

        counts = seeds.load()

        (version,) = seeds.versions()
        assert counts.drafts_replaced == 1
        assert (version.number, version.status) == (1, VersionStatus.PUBLISHED)
        assert version.components.count() == 1

    def test_draft_does_not_end_the_version_in_force(self, seeds):
        seeds.load(today=date(2026, 11, 1))
        seeds.record |= {"complete": False, "components": []}
        seeds.load()

        published, draft = seeds.versions()
        assert (published.in_force_to, draft.status) == (None, VersionStatus.DRAFT)

        seeds.record |= {"complete": True, "components": RECORD["components"], "sets": 2}
        seeds.load(today=date(2026, 12, 1))

        old, new = seeds.versions()
        assert (old.in_force_to, new.in_force_from) == (date(2026, 11, 30), date(2026, 12, 1))

    def test_abolishing_ends_the_version_without_a_new_one(self, seeds):
        seeds.load()
        seeds.record["abolished_on"] = date(2027, 3, 1)

        counts = seeds.load()

        (version,) = seeds.versions()
        assert (counts.versions_ended, version.in_force_to) == (1, date(2027, 2, 28))
        assert seeds.load().versions_ended == 0

    def test_abolished_procedure_does_not_change(self, seeds):
        seeds.record["abolished_on"] = date(2025, 11, 1)
        seeds.load()
        seeds.record["sets"] = 2

        counts = seeds.load()

        (version,) = seeds.versions()
        assert (counts.ended_kept, counts.versions_created, version.sets) == ([seeds.record["code"]], 0, 1)

    def test_version_made_by_hand_is_left_alone(self, seeds):
        seeds.load()
        (version,) = seeds.versions()
        ProcedureVersion.objects.create(
            procedure=version.procedure, number=2, in_force_from=date(2027, 1, 1), subjects=[], channels=[]
        )

        assert seeds.load().unchanged == 1
        assert len(seeds.versions()) == 2


class TestCalendarAndAgencies:
    def test_day_switched_off_by_an_administrator_stays_off(self, seeds):
        seeds.load()
        CalendarDay.objects.filter(key="culture-day-2026").update(enabled=False)
        seeds.calendar["switches"][0]["legal_reference"] = "Nghị quyết 28/2026/QH16"

        counts = seeds.load()

        day = CalendarDay.objects.get(key="culture-day-2026")
        assert (day.enabled, day.legal_reference) == (False, "Nghị quyết 28/2026/QH16")
        assert (counts.days_changed, counts.days_kept_off) == (1, [date(2026, 11, 24)])

    def test_official_notice_replaces_the_estimates_of_its_year(self, seeds):
        seeds.load()
        year = seeds.calendar["years"][2027]
        year |= {"status": "official", "notice": "Thông báo 1/TB-BNV"}
        year["days_off"][1]["date"] = date(2027, 2, 3)

        counts = seeds.load()

        of_2027 = CalendarDay.objects.filter(date__year=2027).order_by("date")
        assert [(d.date, d.enabled, d.provisional) for d in of_2027] == [
            (date(2027, 1, 1), True, False),
            (date(2027, 2, 3), True, False),
            (date(2027, 2, 4), False, True),
        ]
        assert (counts.days_created, counts.days_changed, counts.days_withdrawn) == (1, 1, 1)

    def test_day_that_the_office_already_has_is_refused(self, seeds):
        CalendarDay.objects.create(
            date=date(2026, 11, 24), kind="other", name_vi="Nghỉ của cơ quan", key="ours"
        )

        with pytest.raises(SeedsRefused) as refused:
            seeds.load()

        assert refused.value.problems == [
            "calendar.yaml, 24/11/2026: the calendar already has “Nghỉ của cơ quan” on this day;"
            " switch that off first."
        ]
        assert Procedure.objects.count() == 0

    def test_agency_that_exists_is_kept_as_the_office_has_it(self, seeds):
        seeds.load()
        Agency.objects.update(head_name="Người đứng đầu mới")

        counts = seeds.load()

        assert counts.agencies_kept == 1
        assert Agency.objects.get().head_name == "Người đứng đầu mới"
