"""Bad seeds are refused as a whole, with everything that is wrong with them."""

from datetime import date

import pytest

from procedures.models import (
    Procedure,
)
from procedures.seeds.files import SeedsRefused
from procedures.services.catalogue import load_catalogue
from tests.procedures.small_seeds import RECORD, snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


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


def test_load_refuses_the_result_of_an_unknown_procedure(seeds):
    seeds.record["components"] = [{"name_vi": "Giấy xác nhận", "result_of": "9.999999"}]
    with pytest.raises(SeedsRefused) as refused:
        seeds.load()
    assert refused.value.problems == [
        "procedures/all.yaml, 1.999001: result_of: no record has the code “9.999999”."
    ]
