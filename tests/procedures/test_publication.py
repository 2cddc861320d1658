"""R4: when a publication decision has to be signed and loaded."""

import json
from datetime import date

import pytest

from procedures.publication import days_late, load_by, sign_by
from tests.law_fixtures import OFFICIAL, VECTORS

CASES = json.loads((VECTORS / "publication.json").read_text())["vectors"]


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_r04_published_cases(case):
    level, facts = case["inputs"]["level"], case["inputs"]
    by = sign_by(level, day(facts["text_effective_on"]), OFFICIAL)
    loaded_by = load_by(level, day(facts["signed_on"]), OFFICIAL)
    assert {
        "sign_by": by.isoformat(),
        "signed_on_time": days_late(by, day(facts["signed_on"]), OFFICIAL) == 0,
        "load_by": loaded_by.isoformat(),
        "loaded_on_time": days_late(loaded_by, day(facts["loaded_on"]), OFFICIAL) == 0,
    } == case["expected"]


@pytest.mark.parametrize(
    ("level", "by"), [("province", "2025-12-08"), ("commune", "2025-12-08"), ("ministry", "2025-11-17")]
)
def test_r04_a_province_has_five_working_days_and_a_ministry_twenty(level, by):
    assert sign_by(level, day("2025-12-15"), OFFICIAL) == day(by)


@pytest.mark.parametrize(
    ("done_on", "days"),
    [("2025-12-07", 0), ("2025-12-08", 0), ("2025-12-09", 1), ("2025-12-12", 4), ("2025-12-13", 4)],
)
def test_r04_a_late_one_is_late_by_working_days(done_on, days):
    assert days_late(day("2025-12-08"), day(done_on), OFFICIAL) == days


def test_r04_late_on_a_weekend_is_late_by_a_day():
    assert days_late(day("2025-12-12"), day("2025-12-13"), OFFICIAL) == 1


def test_r04_an_unknown_level_is_refused():
    with pytest.raises(ValueError, match="district"):
        sign_by("district", day("2025-12-15"), OFFICIAL)
