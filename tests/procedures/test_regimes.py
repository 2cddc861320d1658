"""Which law and which forms: by the day of reception or of issue (R8, T6, T19)."""

import json
from datetime import date

import pytest
from django.utils import translation

from procedures.regimes import (
    FORM_SETS,
    MECHANISMS,
    ONLINE_SERVICES,
    forms_on,
    mechanism_on,
    online_services_on,
)
from tests.law_fixtures import VECTORS

CASES = json.loads((VECTORS / "regimes.json").read_text())["vectors"]


def name(regime) -> str | None:
    return regime.name if regime else None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_published_cases(case):
    received_on = date.fromisoformat(case["inputs"]["received_on"])
    issued_on = date.fromisoformat(case["inputs"]["form_issued_on"])
    assert {
        "mechanism": name(mechanism_on(received_on)),
        "forms": name(forms_on(issued_on)),
        "online_services": name(online_services_on(received_on)),
    } == case["expected"]


@pytest.mark.parametrize(
    ("day", "mechanism"),
    [
        ("2018-06-20", None),
        ("2018-06-21", "61/2018"),
        ("2021-12-05", "61/2018"),
        ("2021-12-06", "61/2018 + 107/2021"),
        ("2025-06-30", "61/2018 + 107/2021"),
        ("2025-07-01", "118/2025"),
        ("2026-08-04", "118/2025"),
        ("2026-08-05", "118/2025 + 309/2026"),
    ],
)
def test_a_mechanism_begins_on_its_day(day, mechanism):
    assert name(mechanism_on(date.fromisoformat(day))) == mechanism


def test_forms_begin_on_their_day():
    assert forms_on(date(2019, 1, 5)) is None
    assert forms_on(date(2025, 9, 14)).log_book == "06"
    assert forms_on(date(2025, 9, 15)).log_book == "07"
    assert (forms_on(date(2025, 9, 14)).stop, forms_on(date(2025, 9, 15)).stop) == (None, "05")


def test_online_services_begin_on_their_day():
    assert online_services_on(date(2022, 8, 14)) is None
    assert name(online_services_on(date(2026, 6, 30))) == "42/2022"
    assert name(online_services_on(date(2026, 7, 1))) == "224/2026"


def test_rescheduling_cites_the_article_of_decree_61():
    mechanism = mechanism_on(date(2024, 5, 8))
    assert mechanism.apology.text("vi") == "khoản 9 Điều 19 Nghị định số 61/2018/NĐ-CP"
    assert mechanism.apology.text("en") == "Article 19.9 of Decree 61/2018/NĐ-CP"


def test_an_article_that_is_not_known_is_left_out():
    mechanism = mechanism_on(date(2026, 11, 20))
    assert mechanism.apology.text("vi") == "Nghị định số 118/2025/NĐ-CP"
    assert mechanism.apology.text("en") == "Decree 118/2025/NĐ-CP"


def test_an_article_without_clause():
    assert mechanism_on(date(2026, 11, 20)).withdrawal.text("vi") == "Điều 21 Nghị định số 118/2025/NĐ-CP"
    assert mechanism_on(date(2026, 11, 20)).withdrawal.text("en") == "Article 21 of Decree 118/2025/NĐ-CP"


def test_a_citation_speaks_the_language_of_the_reader_and_a_letter_vietnamese():
    mechanism = mechanism_on(date(2022, 5, 8))
    with translation.override("en"):
        assert mechanism.reschedule_citation == "Article 19.9 of Decree 61/2018/NĐ-CP"
        assert "được sửa đổi, bổ sung bởi Nghị định số 107/2021/NĐ-CP" in mechanism.citation_vi
    with translation.override("vi"):
        assert mechanism.reschedule_citation == "khoản 9 Điều 19 Nghị định số 61/2018/NĐ-CP"
        assert mechanism.citation_en == "Decree 61/2018/NĐ-CP as amended by Decree 107/2021/NĐ-CP"


@pytest.mark.parametrize("regimes", [MECHANISMS, FORM_SETS, ONLINE_SERVICES])
def test_regimes_are_listed_in_the_order_in_which_they_begin(regimes):
    assert [regime.begins for regime in regimes] == sorted({regime.begins for regime in regimes})
