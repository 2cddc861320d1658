"""Loading the seeds: complete, repeatable, versions never edited, bad seeds refused as a whole."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase
from django.utils import translation

from procedures.enums import Level, LimitUnit, Role, VersionStatus
from procedures.models import (
    Agency,
    CalendarDay,
    Component,
    ElectronicSource,
    FeeLine,
    OfficeSession,
    Procedure,
    ProcedureStep,
    ProcedureVersion,
    TimeLimit,
)
from procedures.seeds.files import SeedsRefused
from procedures.services.catalogue import load_catalogue
from procedures.steps import limit_hours, step_hours

pytestmark = pytest.mark.django_db

SEEDS = settings.BASE_DIR / "seeds"
TODAY = date(2026, 11, 20)
LOADED = (
    Agency,
    OfficeSession,
    CalendarDay,
    Procedure,
    ProcedureVersion,
    TimeLimit,
    Component,
    FeeLine,
    ProcedureStep,
)

RECORD = {
    "code": "1.999001",
    "name_vi": "Thủ tục thử",
    "name_en": "Trial procedure",
    "field_vi": "Hộ tịch",
    "level": "commune",
    "deciding_agency_vi": "Ủy ban nhân dân cấp xã",
    "subjects": ["citizen"],
    "channels": ["desk"],
    "sets": 1,
    "time_limits": [{"label": "5 ngày làm việc", "amount": 5, "unit": "working_day"}],
    "fees": [{"name": "Phí thử", "kind": "fee", "channel": "any", "rule": "fixed", "amount": 10000}],
    "components": [{"name_vi": "Tờ khai", "originals": 1, "copies": 0}],
    "result_name_vi": "Giấy xác nhận",
    "legal_basis": ["Luật thử"],
    "complete": True,
}


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


class SmallSeeds:
    """One procedure, one agency and three days, written anew for each load."""

    def __init__(self, path: Path):
        self.path = path
        self.record = {**RECORD}
        self.records = [self.record]
        self.agencies = [{"identifier": "H41", "kind": "province", "name_vi": "UBND tỉnh Nghệ An"}]
        self.calendar = {
            "years": {
                2027: {
                    "status": "provisional",
                    "days_off": [
                        {"date": date(2027, 1, 1), "kind": "new_year", "name_vi": "Tết Dương lịch"},
                        {"date": date(2027, 2, 4), "kind": "tet", "name_vi": "Tết Nguyên đán"},
                    ],
                }
            },
            "switches": [
                {
                    "key": "culture-day-2026",
                    "date": date(2026, 11, 24),
                    "weekday": "Tue",
                    "kind": "culture_day",
                    "name_vi": "Ngày Văn hóa Việt Nam",
                    "enabled": True,
                }
            ],
        }
        shutil.copy(SEEDS / "catalogue.yaml", path)
        (path / "procedures").mkdir()

    def load(self, today=TODAY):
        self.write("agencies.yaml", {"agencies": self.agencies})
        self.write("calendar.yaml", self.calendar)
        self.write("procedures/all.yaml", {"procedures": self.records})
        return load_catalogue(self.path, today=today)

    def write(self, name, content):
        (self.path / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")

    def versions(self):
        return list(ProcedureVersion.objects.filter(procedure__code="1.999001").order_by("number"))


@pytest.fixture
def seeds(tmp_path):
    return SmallSeeds(tmp_path)


def snapshot():
    return {model: list(model.objects.order_by("pk").values()) for model in LOADED}


def version_of(code):
    return ProcedureVersion.objects.get(procedure__code=code)


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

    def test_abolished_procedure_cannot_change(self, seeds):
        seeds.record["abolished_on"] = date(2025, 11, 1)
        seeds.load()
        seeds.record["sets"] = 2

        with pytest.raises(SeedsRefused, match="the procedure ended on 31/10/2025"):
            seeds.load()

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


def change(**values):
    return lambda seeds: seeds.record.update(values)


def limit(**values):
    return change(time_limits=[RECORD["time_limits"][0] | values])


def fee(**values):
    return change(fees=[RECORD["fees"][0] | values])


IN_RECORD = "procedures/all.yaml, 1.999001"
STEP = {"name_vi": "Thẩm định", "role": "officer", "unit": "working_day"}


class TestBadSeeds:
    @pytest.mark.parametrize(
        ("spoil", "sentence"),
        [
            (
                change(register="stamps"),
                f"{IN_RECORD}: register: “stamps” is not known; use one of: copies, signatures, contracts,"
                " extracts.",
            ),
            (
                limit(unit="week"),
                f"{IN_RECORD}, time_limits 1: unit: “week” is not known; use one of: working_day, calendar_day,"
                " working_hour, same_day, immediate.",
            ),
            (limit(amount=-3), f"{IN_RECORD}, time_limits 1: amount: -3 must not be negative."),
            (limit(amount="drei"), f"{IN_RECORD}, time_limits 1: amount: “drei” is not a number."),
            (
                limit(cutoff=900),
                f"{IN_RECORD}, time_limits 1: cutoff: “900” is not a time of day; write it in quotes, such as"
                " '15:00'.",
            ),
            (fee(amount=-1), f"{IN_RECORD}, fees 1: amount: -1 must not be negative."),
            (fee(amount=1.5), f"{IN_RECORD}, fees 1: amount: “1.5” is not a whole number."),
            (fee(amount=None), f"{IN_RECORD}, fees 1: “amount” is missing."),
            (
                fee(rule="set_by_province"),
                f"{IN_RECORD}, fees 1: the province sets this amount, so the record must not give one.",
            ),
            (change(name_vi=""), f"{IN_RECORD}: “name_vi” is missing."),
            (
                change(components=[]),
                f"{IN_RECORD}: “complete” is true, but a version cannot be published without: components.",
            ),
            (
                change(code=2.0002),
                "procedures/all.yaml, record 1: code: “2.0002” must be text; write it in quotes.",
            ),
            (
                change(in_force_from=date(2026, 1, 2), abolished_on=date(2026, 1, 1)),
                f"{IN_RECORD}: abolished on 01/01/2026, before it came into force on 02/01/2026.",
            ),
            (
                change(in_force_from="hôm qua"),
                f"{IN_RECORD}: in_force_from: “hôm qua” is not a date; write it as 2026-11-24.",
            ),
            (
                change(internal_steps=[STEP | {"amount": 4}, STEP | {"amount": 1.5}]),
                f"{IN_RECORD}: the internal steps need 44 working hours, but the limit “5 ngày làm việc”"
                " offers 40.",
            ),
            (
                limit(amount=0.5),
                f"{IN_RECORD}: no step template fits the limit “5 ngày làm việc”; give internal_steps.",
            ),
            (
                lambda seeds: seeds.records.append({**RECORD}),
                f"{IN_RECORD}: the code is already used in procedures/all.yaml; each code stands once.",
            ),
            (
                lambda seeds: seeds.calendar["switches"][0].update(weekday="Mon"),
                "calendar.yaml, switches 1: 24/11/2026 is a Tue, not a Mon.",
            ),
            (
                lambda seeds: seeds.agencies[0].update(identifier="h41"),
                "agencies.yaml, h41: identifier: Enter a valid value.",
            ),
            (
                lambda seeds: seeds.agencies[0].update(parent="H99"),
                "agencies.yaml, H41: the agency above it, H99, is neither known nor listed before.",
            ),
            (
                lambda seeds: seeds.agencies[0].update(ward_code=1),
                "agencies.yaml, H41: 1 is not in the official list of provinces and communes.",
            ),
            (
                lambda seeds: seeds.agencies[0].update(weekday_hours=["11:30-07:30"]),
                "agencies.yaml, agencies 1: weekday_hours: the session 11:30-07:30 ends before it begins.",
            ),
        ],
    )
    def test_bad_record_is_refused_with_one_sentence_and_changes_nothing(self, seeds, spoil, sentence):
        spoil(seeds)
        before = snapshot()

        with pytest.raises(SeedsRefused) as refused:
            seeds.load()

        assert refused.value.problems == [sentence]
        assert snapshot() == before

    def test_code_that_is_no_procedure_code_is_refused(self, seeds):
        seeds.record["code"] = "1.99"

        with pytest.raises(SeedsRefused, match=r"1\.99: code: "):
            seeds.load()

    def test_unknown_key_is_refused_with_those_that_are_known(self, seeds):
        seeds.record["time_limit"] = seeds.record.pop("time_limits")

        with pytest.raises(SeedsRefused, match="“time_limit” is not known; known are: code, name_vi"):
            seeds.load()

    def test_all_problems_are_told_at_once(self, seeds):
        seeds.record |= {"level": "village", "subjects": "citizen"}
        seeds.agencies[0]["kind"] = "kingdom"

        with pytest.raises(SeedsRefused) as refused:
            seeds.load()

        assert [problem.split(":")[1].strip() for problem in refused.value.problems] == [
            "kind",
            "level",
            "subjects",
        ]

    def test_key_written_twice_is_refused_with_its_line(self, seeds):
        seeds.load()
        file = seeds.path / "procedures" / "all.yaml"
        file.write_text("procedures:\n- code: '1.999001'\n  code: '1.999002'\n", encoding="utf-8")

        with pytest.raises(SeedsRefused, match=r"all\.yaml: line 3 cannot be read: “code” is there twice"):
            load_catalogue(seeds.path)

    def test_file_that_is_not_there_is_named(self, seeds):
        seeds.load()
        (seeds.path / "calendar.yaml").unlink()

        with pytest.raises(SeedsRefused) as refused:
            load_catalogue(seeds.path)

        assert refused.value.problems[0] == "calendar.yaml: the file is missing."


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


def test_load_refuses_a_number_without_a_limit_of_its_amount(seeds):
    seeds.record |= {
        "limit_by_quantity": {
            "quantity": "documents",
            "unit": "working_day",
            "table": [{"from": 1, "to": 4, "amount": 9}],
        }
    }
    with pytest.raises(SeedsRefused) as refused:
        seeds.load()
    assert refused.value.problems == [
        "procedures/all.yaml, 1.999001, limit_by_quantity: time_limits has no limit of 9."
    ]
    assert not Procedure.objects.exists()


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


def test_load_refuses_the_result_of_an_unknown_procedure(seeds):
    seeds.record["components"] = [{"name_vi": "Giấy xác nhận", "result_of": "9.999999"}]
    with pytest.raises(SeedsRefused) as refused:
        seeds.load()
    assert refused.value.problems == [
        "procedures/all.yaml, 1.999001: result_of: no record has the code “9.999999”."
    ]


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
