"""Due dates with periods that do not count, and with extensions (R18, R24–R28)."""

from datetime import date
from decimal import Decimal

import pytest

from cases.deadlines import due_date
from cases.limits import (
    CannotCount,
    Excluded,
    Extension,
    ExtensionRefused,
    Limit,
)
from tests.cases.test_deadlines import due, proof
from tests.law_fixtures import OFFICIAL, at

# Periods that do not count ------------------------------------------------------------------------

POSTING = [Excluded(date(2026, 11, 5), date(2026, 11, 19))]


def test_excluded_periods_are_not_counted_both_ends_included():
    assert due("2026-11-02 09:00", 10, "working_day", excluded=POSTING) == "2026-12-02 17:00"
    assert due("2026-11-02 09:00", 3, "working_day", excluded=POSTING) == "2026-11-20 17:00"
    assert due("2026-11-02 09:00", 2, "working_day", excluded=POSTING) == "2026-11-04 17:00"


def test_excluded_periods_hold_for_every_unit():
    assert due("2026-11-02 09:00", 3, "calendar_day", excluded=POSTING) == "2026-11-20 17:00"
    assert due("2026-11-04 16:00", 2, "working_hour", excluded=POSTING) == "2026-11-20 08:30"
    assert due("2026-11-04 16:00", 1, "same_day", excluded=POSTING) == "2026-11-20 17:00"


def test_a_rolled_day_may_lie_in_an_excluded_period():
    weekend = [Excluded(date(2026, 11, 9), date(2026, 11, 9))]
    assert due("2026-11-05 09:00", 2, "calendar_day", excluded=weekend) == "2026-11-09 17:00"


def test_the_reception_is_not_moved_by_an_excluded_period():
    deadline = due_date(at("2026-11-05 09:00"), Limit(Decimal(1), "working_day"), OFFICIAL, excluded=POSTING)
    assert deadline.counts_as_received_at == at("2026-11-05 09:00")


def test_several_periods_may_overlap():
    periods = [*POSTING, Excluded(date(2026, 11, 10), date(2026, 11, 20))]
    assert due("2026-11-02 09:00", 3, "working_day", excluded=periods) == "2026-11-23 17:00"


def test_the_proof_names_excluded_days():
    rows = proof(
        "2026-11-04 09:00", 1, "working_day", excluded=[Excluded(date(2026, 11, 5), date(2026, 11, 6))]
    )
    assert rows == [
        ("04/11", None, "reception"),
        ("05/11", None, "excluded"),
        ("06/11", None, "excluded"),
        ("07/11", None, "weekend"),
        ("08/11", None, "weekend"),
        ("09/11", 1, "counted"),
    ]


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(CannotCount):
        due("2026-11-02 09:00", 3, "working_day", excluded=[Excluded(date(2026, 11, 5), date(2026, 11, 4))])
    with pytest.raises(CannotCount):
        due("2026-11-02 09:00", 3, "working_day", excluded=[Excluded(date.min, date.max)])


# Extensions ---------------------------------------------------------------------------------------


def add(amount, unit="working_day") -> Extension:
    return Extension(Decimal(str(amount)), unit, "add")


def replace(amount, unit="working_day") -> Extension:
    return Extension(Decimal(str(amount)), unit, "replace")


def agreed(on: date | None) -> Extension:
    return Extension(None, "working_day", "agreed", on)


def test_an_added_extension_lengthens_the_limit():
    assert due("2026-11-02 09:00", 3, "working_day", extension=add(3)) == "2026-11-10 17:00"
    assert due("2026-10-05 08:00", 30, "calendar_day", extension=add(3, "calendar_day")) == "2026-11-09 17:00"
    assert due("2026-11-10 07:30", 4, "working_hour", extension=add(4, "working_hour")) == "2026-11-10 17:00"


def test_a_same_day_limit_is_extended_from_the_day_it_was_due():
    assert due("2026-11-12 16:00", 1, "same_day", extension=add(2)) == "2026-11-17 17:00"
    assert due("2026-11-12 09:00", 1, "same_day", extension=add(2)) == "2026-11-16 17:00"


def test_an_extension_of_another_unit_is_counted_from_the_due_date():
    assert due("2026-11-02 09:00", 3, "working_day", extension=add(10, "calendar_day")) == "2026-11-16 17:00"
    # Half a day more is never earlier than the limit itself.
    assert due("2026-11-02 09:00", 2, "working_day", extension=add(0.5)) == "2026-11-05 11:30"


def test_a_replacing_extension_counts_from_reception():
    assert due("2026-11-20 09:00", 1, "working_day", extension=replace(5)) == "2026-11-30 17:00"
    assert due("2026-11-03 09:00", 0, "immediate", extension=replace(5)) == "2026-11-10 17:00"


def test_an_agreed_date_is_due_at_its_closing():
    assert (
        due("2026-11-12 09:00", 1, "working_day", extension=agreed(date(2026, 11, 20))) == "2026-11-20 17:00"
    )


def test_an_agreed_date_that_is_off_rolls_forward():
    assert (
        due("2026-11-12 09:00", 1, "working_day", extension=agreed(date(2026, 11, 21))) == "2026-11-23 17:00"
    )


@pytest.mark.parametrize("on", [date(2026, 11, 13), date(2026, 11, 12), None, date.max])
def test_an_agreed_date_must_be_there_and_later(on):
    with pytest.raises(ExtensionRefused):
        due("2026-11-12 09:00", 1, "working_day", extension=agreed(on))


def test_an_extension_that_makes_no_sense_is_refused():
    for extension in (
        Extension(None, "working_day", "add"),
        Extension(Decimal(1), "working_day", "twice"),
        Extension(Decimal(-1), "working_day", "add"),
        Extension(Decimal(1), "same_day", "add"),
        Extension(Decimal(1), "week", "replace"),
    ):
        with pytest.raises(CannotCount):
            due("2026-11-12 09:00", 1, "working_day", extension=extension)


def test_the_proof_tells_the_days_of_the_extension():
    assert proof("2026-11-12 16:00", 1, "same_day", extension=add(2)) == [
        ("12/11", None, "after_cutoff"),
        ("13/11", 1, "counted"),
        ("14/11", None, "weekend"),
        ("15/11", None, "weekend"),
        ("16/11", 2, "extension"),
        ("17/11", 3, "extension"),
    ]
    assert proof("2026-11-09 09:00", 1, "working_day", extension=add(1)) == [
        ("09/11", None, "reception"),
        ("10/11", 1, "counted"),
        ("11/11", 2, "extension"),
    ]
    assert proof("2026-11-12 09:00", 1, "working_day", extension=agreed(date(2026, 11, 17))) == [
        ("12/11", None, "reception"),
        ("13/11", 1, "counted"),
        ("14/11", None, "weekend"),
        ("15/11", None, "weekend"),
        ("16/11", None, "until_agreed"),
        ("17/11", None, "agreed"),
    ]
    assert proof("2026-11-09 09:00", 1, "working_day", extension=add(4, "working_hour")) == [
        ("09/11", None, "reception"),
        ("10/11", 1, "counted"),
        ("11/11", None, "hours"),
    ]
