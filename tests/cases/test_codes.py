"""Dossier codes: patterns, real dates, the next number of an agency and day (R6)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.codes import code_in, compose, highest_number, is_dossier_code, next_code

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("code", "style"),
    [
        ("H41.12-261121-0001", "new"),
        ("H44-261120-0007", "new"),
        ("H44.100-240229-0001", "new"),
        ("H44.100-261120-10000", "new"),
        ("H44.A1.9Z-261120-0001", "new"),
        ("000.00.16.H40-231017-0001", "old"),
    ],
)
def test_a_code_is_valid_in_its_style_only(code, style):
    other = "new" if style == "old" else "old"
    assert is_dossier_code(code)
    assert is_dossier_code(code, style)
    assert not is_dossier_code(code, other)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "H44.100-261120-001",  # three digits
        "H44.100-261320-0001",  # month 13
        "H44.100-250229-0001",  # no leap year
        "H44.100-261131-0001",  # November has 30 days
        "H44.100-260000-0001",
        "000.00.16.H40-231017-12345",  # the old style has four digits
        "h44.100-261120-0001",
        "H44.1000-261120-0001",
        "H44.-261120-0001",
        "H44.100-261120-0001\n",
        " H44.100-261120-0001",
        "H44.100-261120-0001x",
        "H44.100-261120-٠٠٠١",  # digits, but not ASCII ones
        "H44.100-２61120-0001",
    ],
)
def test_what_is_no_code_is_refused(code):
    assert not is_dossier_code(code)


def test_a_code_is_agency_day_and_number():
    assert compose("H41.12", date(2026, 11, 21), 1) == "H41.12-261121-0001"
    assert compose("H41.12", DAY, 12_345) == "H41.12-261120-12345"
    assert compose("000.00.16.H40", date(2023, 10, 17), 9999) == "000.00.16.H40-231017-9999"


@pytest.mark.parametrize(
    ("identifier", "number"), [("H41.12", 0), ("H41.12", -1), ("41.12", 1), ("000.00.16.H40", 10_000)]
)
def test_what_would_be_no_code_is_not_composed(identifier, number):
    with pytest.raises(ValueError, match="not a dossier code"):
        compose(identifier, DAY, number)


def test_numbers_begin_anew_each_day_and_for_each_agency():
    issued = ["H44.100-261120-0041", "H44.101-261120-0007", "H44.10-261120-0099"]
    assert next_code("H44.100", DAY, issued) == "H44.100-261120-0042"
    assert next_code("H44.100", date(2026, 11, 23), issued) == "H44.100-261123-0001"
    assert next_code("H44.102", DAY, issued) == "H44.102-261120-0001"


def test_a_gap_is_not_filled():
    assert next_code("H44.100", DAY, ["H44.100-261120-0007", "H44.100-261120-0002"]) == "H44.100-261120-0008"


def test_the_highest_number_is_a_number_and_not_a_text():
    assert highest_number("H44", DAY, ["H44-261120-9999", "H44-261120-10000"]) == 10_000


def test_what_is_no_code_is_passed_over():
    assert highest_number("H44", DAY, ["H44-261120-", "H44-261120-12a4", "H44-261120-99", "rác"]) == 0


@given(st.lists(st.integers(1, 20_000)))
def test_the_next_code_is_new_and_valid(numbers):
    issued = [compose("H44.100", DAY, number) for number in numbers]
    code = next_code("H44.100", DAY, issued)
    assert is_dossier_code(code, "new")
    assert code not in issued
    assert highest_number("H44.100", DAY, [*issued, code]) == max(numbers, default=0) + 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("H41.12-261120-0001", "H41.12-261120-0001"),
        (" h41.12-261120-0001\r\n", "H41.12-261120-0001"),
        ("https://motcua.example/tra-cuu/?ma=H41.12-261120-0001", "H41.12-261120-0001"),
        ("ma=000.00.16.H40-231017-0001&x", "000.00.16.H40-231017-0001"),
        ("H41.12-269999-0001 H41.12-261120-0002", "H41.12-261120-0002"),
        ("XH41.12-261120-0001", ""),
        ("", ""),
        ("2.000815", ""),
    ],
)
def test_a_code_is_found_in_what_a_scanner_reads(text, code):
    assert code_in(text) == code
