"""Loading the seeds: complete, repeatable, by command, and once when two load at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, time
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase

from procedures.enums import Level, LimitUnit, Role, VersionStatus
from procedures.models import (
    Agency,
    CalendarDay,
    Component,
    ElectronicSource,
    OfficeSession,
    Procedure,
    ProcedureVersion,
)
from procedures.services.catalogue import load_catalogue
from procedures.steps import limit_hours, step_hours
from tests.procedures.small_seeds import RECORD, SEEDS, TODAY, snapshot, version_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


class TestRealSeeds(TestCase):
    """The whole catalogue, loaded once for all of these."""

    @classmethod
    def setUpTestData(cls):
        cls.counts = load_catalogue(SEEDS, today=TODAY)

    def test_load_brings_all_records_and_publishes_the_complete_ones(self):
        assert self.counts.procedures_created == 101
        assert ProcedureVersion.objects.count() == 101
        # 57 complete ones, and 2.001009, which was in force until it was abolished.
        assert ProcedureVersion.objects.filter(status=VersionStatus.PUBLISHED).count() == 58
        assert ProcedureVersion.objects.in_force_on(TODAY).count() == 57

    def test_load_twice_changes_nothing(self):
        before = snapshot()

        counts = load_catalogue(SEEDS, today=date(2026, 12, 1))

        assert snapshot() == before
        assert (counts.unchanged, counts.days_unchanged, counts.agencies_kept) == (101, 120, 13)
        assert (counts.procedures_created, counts.versions_created, counts.drafts_replaced) == (0, 0, 0)
        assert (counts.days_created, counts.days_changed, counts.agencies_created) == (0, 0, 0)

    def test_load_keeps_the_facts_of_a_record(self):
        version = version_of("2.000815")

        assert version.name_vi == "Chứng thực bản sao từ bản chính"
        assert (version.extension_mode, version.extension_amount) == ("add", Decimal(2))
        limit = version.limits.get()
        assert (limit.unit, limit.cutoff) == (LimitUnit.SAME_DAY, time(15))
        fee = version.fees.get()
        assert fee.tiers == [
            {"from_page": 1, "to_page": 2, "amount_per_page": 2000},
            {"from_page": 3, "to_page": None, "amount_per_page": 1000},
        ]
        assert (fee.cap_amount, fee.cap_per) == (200_000, "copy")
        original, copy = version.components.all()
        assert (original.shown_only, original.is_mandatory) == (True, True)
        assert copy.required_when == "bộ phận tiếp nhận không tự sao chụp"

    def test_load_knows_what_is_decided_at_once_and_entered_in_a_register(self):
        found = {
            version.procedure.code: (version.register, version.decided_at_once)
            for version in ProcedureVersion.objects.exclude(register="").select_related("procedure")
        }

        assert found == {
            "2.000815": ("copies", True),
            "2.000884": ("signatures", True),
            "2.000635": ("extracts", True),
            "2.000942": ("copies", False),
            **{
                code: ("contracts", False)
                for code in ("2.001035", "2.001019", "2.001016", "2.001406", "2.000913")
            },
        }

    def test_load_gives_every_limit_internal_steps_that_fit(self):
        for version in ProcedureVersion.objects.prefetch_related("limits", "steps"):
            limits, steps = version.limits.all(), version.steps.all()
            assert bool(steps) == bool(limits), version
            if limits:
                shortest = min(limit_hours(limit.amount, limit.unit) for limit in limits)
                needed = step_hours({"amount": s.amount, "unit": s.unit} for s in steps)
                assert Decimal(0) < needed <= shortest, version

    def test_load_takes_own_steps_before_a_template(self):
        own = [(s.name_en, s.role, s.amount) for s in version_of("1.001776").steps.all()]

        assert own == [
            ("Review by the commune council", Role.OFFICER, Decimal(7)),
            ("Public posting", Role.OFFICER, Decimal(2)),
            ("Forwarding", Role.CLERK, Decimal(3)),
            ("Appraisal", Role.OFFICER, Decimal(7)),
            ("Decision", Role.SUPERVISOR, Decimal(3)),
        ]

    def test_load_fills_steps_from_the_template_of_the_limit(self):
        expected = {
            "1.001193": ["2", "3", "2", "1"],  # same day, in hours
            "1.000894": ["0.5", "1", "0.5", "0.5"],  # at once, in hours
            "1.010028": ["2", "3", "2", "1"],  # one working day, in hours
            "1.004873": ["0.25", "0.25", "1.5", "0.5", "0.5"],  # three working days
            "1.004222": ["0.5", "5.5", "0.5", "0.5"],  # seven working days
            "2.001263": ["0.5", "18.5", "0.5", "0.5"],  # 30 calendar days offer 20 working days
            "1.013225": ["0.5", "8.5", "0.5", "0.5"],  # 15 or 20 calendar days: the shorter counts
        }

        for code, amounts in expected.items():
            assert [s.amount for s in version_of(code).steps.all()] == [Decimal(a) for a in amounts], code

    def test_load_ends_an_abolished_procedure_the_day_before(self):
        in_force = ProcedureVersion.objects.filter(procedure__code="2.001009")

        assert in_force.in_force_on(date(2025, 10, 31)).count() == 1
        assert in_force.in_force_on(date(2025, 11, 1)).count() == 0

    def test_load_makes_agencies_with_official_names_and_hours(self):
        desk = Agency.objects.get(identifier="H41.101")

        assert Agency.objects.get(identifier="H41").name_vi == "UBND tỉnh Nghệ An"
        assert desk.name_vi == "UBND phường Thành Vinh"
        assert desk.parent.identifier == "H41"
        assert set(Agency.objects.reception_desks().values_list("identifier", flat=True)) == {
            "H41.12",
            "H41.101",
            "H41.102",
            "H41.103",
            "H41.104",
            "H41.105",
            "H41.106",
        }
        saturday = OfficeSession.objects.get(days=OfficeSession.Days.SATURDAY)
        assert (saturday.agency.identifier, saturday.closes_at) == ("H41.103", time(11, 30))

    def test_every_province_level_field_has_one_department(self):
        fields = ProcedureVersion.objects.filter(level=Level.PROVINCE).values_list("field_vi", flat=True)

        for field in set(fields):
            assert Agency.objects.filter(decides_fields__contains=[field]).count() == 1, field

    def test_load_brings_swaps_with_both_halves_under_one_key(self):
        halves = CalendarDay.objects.filter(key="swap-2026-01-02").order_by("date")

        assert [(h.date, h.is_worked, h.enabled) for h in halves] == [
            (date(2026, 1, 2), False, True),
            (date(2026, 1, 10), True, True),
        ]
        assert {h.legal_reference for h in halves} == {"Công văn 12729/VPCP-KGVX ngày 25/12/2025"}

    def test_load_brings_the_proposed_swap_switched_off(self):
        assert list(CalendarDay.objects.filter(key="swap-2026-11-23").values_list("enabled", flat=True)) == [
            False,
            False,
        ]

    def test_load_marks_a_year_without_notice_as_provisional(self):
        of_2027 = CalendarDay.objects.filter(date__year=2027).exclude(key="culture-day-2027")

        assert of_2027.count() == 14
        assert all(day.provisional for day in of_2027)


class TestCommand:
    def test_command_prints_counts(self, seeds):
        seeds.load()
        seeds.record["sets"] = 2
        seeds.write("procedures/all.yaml", {"procedures": seeds.records})
        out = StringIO()

        call_command("load_catalogue", path=seeds.path, stdout=out)

        assert out.getvalue().splitlines() == [
            "Agencies: 0 created, 1 kept as they are.",
            "Calendar: 0 days created, 0 changed, 0 withdrawn, 3 unchanged.",
            "Procedures: 0 created, 1 new versions, 0 drafts replaced, 0 ended, 0 unchanged.",
        ]

    def test_a_procedure_that_has_ended_stays_as_it_was(self, seeds):
        """An upgrade whose records say more must not stop at what holds on no day any more."""
        seeds.record["abolished_on"] = date(2025, 11, 1)
        seeds.write("procedures/all.yaml", {"procedures": seeds.records})
        seeds.load()
        before = snapshot()
        seeds.record["sets"] = 2
        seeds.write("procedures/all.yaml", {"procedures": seeds.records})
        out = StringIO()

        call_command("load_catalogue", path=seeds.path, stdout=out)

        assert out.getvalue().splitlines()[2:] == [
            "Procedures: 0 created, 0 new versions, 0 drafts replaced, 0 ended, 0 unchanged.",
            "Left as they are, although their records changed, because they have ended: "
            f"{seeds.record['code']}.",
        ]
        assert snapshot() == before

    def test_command_fails_with_the_problems(self, tmp_path):
        with pytest.raises(CommandError) as failed:
            call_command("load_catalogue", path=tmp_path / "nowhere")

        assert failed.value.returncode == 1
        assert str(failed.value).splitlines() == [
            "Nothing was loaded.",
            "agencies.yaml: the file is missing.",
            "calendar.yaml: the file is missing.",
            "calendar.yaml: “years” is missing.",
            "catalogue.yaml: the file is missing.",
            "catalogue.yaml: “in_force_from” is missing.",
            "catalogue.yaml: “step_templates” is missing.",
            "procedures/: no file of procedures is there.",
        ]


@pytest.mark.django_db(transaction=True)
def test_two_loads_at_once_create_everything_once(seeds):
    seeds.load()
    seeds.records.append({**RECORD, "code": "1.999002"})
    seeds.write("procedures/all.yaml", {"procedures": seeds.records})

    def load(_):
        try:
            return load_catalogue(seeds.path, today=TODAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(load, range(4)))

    assert sorted(c.procedures_created for c in counts) == [0, 0, 0, 1]
    assert ProcedureVersion.objects.count() == 2


def test_load_keeps_the_range_of_each_limit_that_depends_on_a_number(seeds):
    seeds.record |= {
        "time_limits": [
            {"label": "1 ngày làm việc", "amount": 1, "unit": "working_day", "when": "từ 1 đến 4 tài liệu"},
            {"label": "2 ngày làm việc", "amount": 2, "unit": "working_day", "when": "từ 5 tài liệu"},
        ],
        "limit_by_quantity": {
            "quantity": "documents",
            "unit": "working_day",
            "table": [{"from": 1, "to": 4, "amount": 1}, {"from": 5, "to": None, "amount": 2}],
        },
    }
    seeds.load()
    version = version_of("1.999001")
    assert version.limit_quantity == "documents"
    assert list(version.limits.values_list("amount", "quantity_from", "quantity_to")) == [
        (Decimal(1), 1, 4),
        (Decimal(2), 5, None),
    ]


def test_load_keeps_periods_that_do_not_count_and_how_soon_filings_are_answered(seeds):
    seeds.record |= {
        "excluded_periods": [{"name_vi": "Thời gian niêm yết", "name_en": "public posting"}],
        "reception_limits": [{"channel": "post", "amount": 1, "unit": "working_day"}],
    }
    seeds.load()
    version = version_of("1.999001")
    assert version.excluded_periods == [{"name_vi": "Thời gian niêm yết", "name_en": "public posting"}]
    assert version.answer_limits == [{"channel": "post", "amount": "1", "unit": "working_day"}]
    assert version.decided_at_once is False


def test_load_takes_an_immediate_limit_for_decided_at_once(seeds):
    seeds.record["time_limits"] = [{"label": "Giải quyết ngay", "amount": 0, "unit": "immediate"}]
    seeds.load()
    assert version_of("1.999001").decided_at_once is True


def test_load_links_a_component_to_the_procedure_whose_result_it_is(seeds):
    other = {**RECORD, "code": "1.999002"}
    seeds.records.append(other)
    seeds.record["components"] = [{"name_vi": "Giấy xác nhận", "result_of": "1.999002"}]
    seeds.load()
    component = Component.objects.get(version__procedure__code="1.999001")
    assert component.result_of == Procedure.objects.get(code="1.999002")


def test_load_makes_each_electronic_source_once_and_leaves_its_switch_alone(seeds):
    seeds.record["components"] = [
        {"name_vi": "Giấy tờ tùy thân", "electronic_source": "CSDL thử"},
        {"name_vi": "Hộ chiếu", "electronic_source": "CSDL thử"},
    ]
    seeds.load()
    source = ElectronicSource.objects.get()
    assert (source.name, source.is_connected) == ("CSDL thử", False)
    ElectronicSource.objects.update(is_connected=True)
    seeds.load()
    assert ElectronicSource.objects.get().is_connected is True
