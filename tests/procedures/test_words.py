"""The catalogue in words, in both languages."""

from datetime import time
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import translation

from procedures import words


def limit(amount, unit, label="…", *, cutoff=None, condition=""):
    return SimpleNamespace(amount=Decimal(amount), unit=unit, label=label, cutoff=cutoff, condition=condition)


def fee(rule, **columns):
    usual = {"amount": None, "tiers": None, "cap_amount": None, "cap_per": "", "channel": "any"}
    return SimpleNamespace(rule=rule, **{**usual, **columns})


def paper(**columns):
    return SimpleNamespace(**{"originals": 0, "copies": 0, "shown_only": False, **columns})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (limit("1.00", "working_day"), "1 working day"),
        (limit("10.00", "working_day"), "10 working days"),
        (limit("1.50", "working_day"), "1.5 working days"),
        (limit("15", "calendar_day", condition="facts are verified"), "15 days (facts are verified)"),
        (limit("4", "working_hour"), "4 working hours"),
        (limit("1", "immediate"), "at once"),
        (
            limit("1", "same_day", cutoff=time(15)),
            "within the day; received after 15:00: by the end of the next working day",
        ),
    ],
)
def test_a_limit_is_told_in_english(given, said):
    with translation.override("en"):
        assert words.limit_text(given) == said


def test_a_limit_keeps_its_vietnamese_words():
    with translation.override("vi"):
        said = words.limit_text(limit("3", "working_day", "3 ngày làm việc", condition="phải xác minh"))
    assert said == "3 ngày làm việc (phải xác minh)"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (fee("fixed", amount=0), "free of charge"),
        (fee("fixed", amount=15000), "15.000 đ"),
        (
            fee("per_copy", amount=2000, cap_amount=200000, cap_per="copy"),
            "2.000 đ a copy; at most 200.000 đ a copy",
        ),
        (fee("per_case", amount=30000), "30.000 đ a case"),
        (fee("set_by_province"), "set by the province"),
        (fee("fixed"), "not stated in the publication"),
        (
            fee(
                "per_page",
                tiers=[
                    {"from_page": 1, "to_page": 2, "amount_per_page": 2000},
                    {"from_page": 3, "to_page": None, "amount_per_page": 1000},
                ],
                cap_amount=200000,
                cap_per="copy",
            ),
            "pages 1 to 2: 2.000 đ a page; from page 3: 1.000 đ a page; at most 200.000 đ a copy",
        ),
    ],
)
def test_a_fee_is_told_with_its_measure_and_its_cap(given, said):
    with translation.override("en"):
        assert words.fee_amount(given) == said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (paper(originals=1), "1 original"),
        (paper(originals=2, copies=1), "2 originals, 1 copy"),
        (paper(originals=1, shown_only=True), "only to be shown"),
        (paper(), ""),
    ],
)
def test_papers_are_counted_in_words(given, said):
    with translation.override("en"):
        assert words.how_many(given) == said


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("", ""),
        ("add", "once by 5 working days (facts must be verified)"),
        ("replace", "once, to 5 working days from reception (facts must be verified)"),
        ("agreed", "once, to a date that is agreed in writing (facts must be verified)"),
    ],
)
def test_an_extension_says_by_how_much_and_when(mode, said):
    version = SimpleNamespace(
        extension_mode=mode,
        extension_amount=Decimal(5),
        extension_unit="working_day",
        extension_when="facts must be verified",
    )
    with translation.override("en"):
        assert words.extension_text(version) == said


def test_codes_become_labels():
    version = SimpleNamespace(
        subjects=["citizen", "business"],
        channels=["desk", "online"],
        answer_limits=[{"channel": "online", "amount": "8", "unit": "working_hour"}],
        excluded_periods=[{"name_vi": "Niêm yết công khai", "name_en": "Public posting"}],
    )
    with translation.override("en"):
        assert words.who_applies(version) == "Citizen, Business"
        assert words.ways_each(version.channels) == ["At the desk", "Online"]
        assert words.answer_limits(version) == ["Online: 8 working hours"]
        assert words.excluded_periods(version) == ["Public posting"]
    with translation.override("vi"):
        assert words.excluded_periods(version) == ["Niêm yết công khai"]


@pytest.mark.parametrize(
    ("name", "in_vietnamese", "in_english"),
    [
        (
            "CSDL quốc gia về dân cư (National Population Database)",
            "CSDL quốc gia về dân cư",
            "National Population Database",
        ),
        ("Kho dữ liệu của tỉnh", "Kho dữ liệu của tỉnh", "Kho dữ liệu của tỉnh"),
        ("", "", ""),
    ],
)
def test_source_is_named_in_one_language(name, in_vietnamese, in_english):
    with translation.override("vi"):
        assert words.source_text(name) == in_vietnamese
    with translation.override("en"):
        assert words.source_text(name) == in_english
