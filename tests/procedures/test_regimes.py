"""Which law and which forms: by the day of reception or of issue (R8, T6, T19)."""

import json
from datetime import date

import pytest
from django.utils import translation

from procedures.regimes import (
    FORM_SETS,
    MECHANISMS,
    ONLINE_SERVICES,
    SCAN_RULES,
    TIME_RULES,
    Counting,
    forms_on,
    mechanism_on,
    online_services_on,
    scan_rules_on,
    time_rule_on,
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
    assert forms_on(date(2025, 9, 14)).log_book.number == "06"
    assert forms_on(date(2025, 9, 15)).log_book.number == "07"


def test_r08_each_set_numbers_its_forms():
    kinds = ("receipt", "supplement", "refusal", "apology", "stop", "control_slip", "log_book")
    numbers = {forms.name: [getattr(forms, kind).number for kind in kinds] for forms in FORM_SETS}
    assert numbers == {
        "01/2018: forms 01-06": ["01", "02", "03", "04", "", "05", "06"],
        "03/2025: forms 01-07": ["01", "02", "03", "04", "05", "06", "07"],
    }


def test_the_stop_notice_has_a_title_before_it_has_a_number():
    assert {forms.stop.title for forms in FORM_SETS} == {"THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ"}


def test_only_the_log_book_was_a_full_sheet_in_the_old_set():
    old = FORM_SETS[0]
    assert [getattr(old, kind).paper for kind in ("receipt", "apology", "control_slip")] == ["a5"] * 3
    assert old.log_book.paper == "a4"


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
        assert str(mechanism.apology) == "Article 19.9 of Decree 61/2018/NĐ-CP"
        assert "được sửa đổi, bổ sung bởi Nghị định số 107/2021/NĐ-CP" in mechanism.citation_vi
    with translation.override("vi"):
        assert str(mechanism.apology) == "khoản 9 Điều 19 Nghị định số 61/2018/NĐ-CP"
        assert mechanism.whole.text("en") == "Decree 61/2018/NĐ-CP as amended by Decree 107/2021/NĐ-CP"


def test_a_point_of_a_clause_is_cited_with_its_letter():
    refusal = mechanism_on(date(2024, 5, 8)).refusal
    assert refusal.text("vi") == "điểm b khoản 1 Điều 17 Nghị định số 61/2018/NĐ-CP"
    assert refusal.text("en") == "Article 17.1b of Decree 61/2018/NĐ-CP"


@pytest.mark.parametrize(
    ("day", "articles"),
    [
        ("2024-05-08", ["17.1a", "17.1b", "19.4", "19.8", "19.9", "21"]),
        ("2025-07-01", ["17", "17", "", "", "", ""]),
        ("2026-08-05", ["17.2a", "17.2a", "", "", "", ""]),
    ],
)
def test_r08_every_mechanism_cites_its_own_articles(day, articles):
    mechanism = mechanism_on(date.fromisoformat(day))
    cited = [
        mechanism.incomplete,
        mechanism.refusal,
        mechanism.supplement,
        mechanism.substance_refusal,
        mechanism.apology,
        mechanism.correction,
    ]
    words = [citation.text("en").split() for citation in cited]
    assert [word[1] if word[0] == "Article" else "" for word in words] == articles


def test_r08_only_the_newer_mechanism_knows_a_withdrawal():
    assert [mechanism.withdrawal is not None for mechanism in MECHANISMS] == [False, False, True, True]


def test_r13_the_three_grounds_to_demand_a_paper_begin_with_the_amendment():
    before, after = mechanism_on(date(2026, 8, 4)), mechanism_on(date(2026, 8, 5))
    assert (before.reuse_grounds, before.reuse) == ((), None)
    assert after.reuse_grounds == ("system_failure", "disaster", "wrong_data")
    assert after.reuse.text("en") == "Article 4.2a of Decree 118/2025/NĐ-CP"


def test_r15_boundary_free_reception_grows_from_nothing_to_the_nation():
    assert [mechanism.boundary_free for mechanism in MECHANISMS] == ["", "province", "province", "nation"]


def test_r15_the_clock_starts_at_the_competent_agency_since_july_2025():
    starts = [mechanism.clock_starts_at_competent_agency for mechanism in MECHANISMS]
    assert starts == [False, False, True, True]


def test_r14_more_papers_need_no_scan_since_september_2025():
    before, after = scan_rules_on(date(2025, 9, 14)), scan_rules_on(date(2025, 9, 15))
    assert before.exemptions == {"electronic"}
    assert after.exemptions == {"electronic", "shown", "verification", "state_secret"}
    assert after.citation.text("en") == "Article 5.2 of Circular 03/2025/TT-VPCP"
    assert scan_rules_on(date(2017, 1, 1)) == SCAN_RULES[0]


@pytest.mark.parametrize(
    ("kind", "day", "cited"),
    [
        (Counting.DAYS, "2016-12-31", None),
        (Counting.DAYS, "2017-01-01", "Article 147 of the Civil Code 2015"),
        (Counting.HOURS, "2026-11-09", "Article 147.1 of the Civil Code 2015"),
        (Counting.LAST_DAY_OFF, "2026-11-09", "Article 148.5 of the Civil Code 2015"),
        (
            Counting.SAME_DAY,
            "2027-02-28",
            "Article 5.3 of the Civil Status Law 60/2014/QH13; Article 7 of Decree 23/2015/NĐ-CP",
        ),
        (
            Counting.SAME_DAY,
            "2027-03-01",
            "the Civil Status Law 03/2026/QH16; Article 7 of Decree 23/2015/NĐ-CP",
        ),
        (Counting.WEEKEND, "2026-11-14", "Article 1 of Decision 188/1999/QĐ-TTg"),
        (Counting.SATURDAY_DESK, "2026-11-14", "Decision 14/2010/QĐ-TTg"),
        (Counting.HOLIDAY, "2020-12-31", "the Labour Code 2012"),
        (Counting.HOLIDAY, "2021-01-01", "Article 112.1 of the Labour Code 2019"),
        (Counting.COMPENSATORY_DAY, "2020-12-31", "the Labour Code 2012"),
        (Counting.COMPENSATORY_DAY, "2021-05-03", "Article 111.3 of the Labour Code 2019"),
    ],
)
def test_r23_counting_rests_on_the_law_of_its_day(kind, day, cited):
    rule = time_rule_on(kind, date.fromisoformat(day))
    with translation.override("en"):
        assert (rule and str(rule)) == cited


def test_r23_a_ground_of_counting_speaks_the_language_of_the_reader():
    with translation.override("vi"):
        assert str(time_rule_on(Counting.HOURS, date(2026, 11, 9))) == (
            "khoản 1 Điều 147 Bộ luật Dân sự năm 2015"
        )


@pytest.mark.parametrize(
    "regimes", [MECHANISMS, FORM_SETS, ONLINE_SERVICES, SCAN_RULES, *TIME_RULES.values()]
)
def test_regimes_are_listed_in_the_order_in_which_they_begin(regimes):
    assert [regime.begins for regime in regimes] == sorted({regime.begins for regime in regimes})
