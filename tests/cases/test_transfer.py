"""Transfer, expected arrival, supplement and stop (R15, R16, R19, R28)."""

from datetime import time

import pytest

from cases.deadlines import (
    expected_arrival,
    is_late_transfer,
    may_stop,
    may_stop_after,
    request_supplement_by,
    transfer_by,
)
from tests.law_fixtures import OFFICIAL, SATURDAY_COUNTS, SATURDAY_DESK, at


@pytest.mark.parametrize(
    ("received", "by"),
    [
        ("2026-11-10 06:00", "2026-11-10 17:00"),
        ("2026-11-10 15:00", "2026-11-10 17:00"),
        ("2026-11-10 15:00:59", "2026-11-10 17:00"),
        ("2026-11-10 15:01", "2026-11-11 08:30"),
        ("2026-11-10 18:00", "2026-11-11 08:30"),
        ("2026-08-21 16:00", "2026-08-22 08:30"),
        ("2026-11-15 10:00", "2026-11-16 08:30"),  # Sunday
    ],
)
def test_a_dossier_leaves_the_desk_by_the_15_oclock_rule(received, by):
    assert transfer_by(at(received), OFFICIAL) == at(by)


def test_a_saturday_reception_passes_in_the_first_hour_of_monday():
    assert transfer_by(at("2026-11-14 09:00"), SATURDAY_DESK) == at("2026-11-16 08:30")
    assert transfer_by(at("2026-11-14 09:00"), SATURDAY_COUNTS) == at("2026-11-14 11:30")
    assert transfer_by(at("2026-11-14 12:00"), SATURDAY_COUNTS) == at("2026-11-16 08:30")


def test_online_filings_pass_at_once():
    assert transfer_by(at("2026-11-14 20:15"), OFFICIAL, online=True) == at("2026-11-14 20:15")


def test_cut_off_and_first_hour_are_parameters():
    received = at("2026-11-10 14:30")
    assert transfer_by(received, OFFICIAL, cutoff=time(14), first_hour_minutes=90) == at("2026-11-11 09:00")


def test_a_hand_over_is_late_after_the_minute():
    by = at("2026-11-16 08:30")
    assert not is_late_transfer(at("2026-11-16 08:30:59"), by)
    assert is_late_transfer(at("2026-11-16 08:31"), by)


@pytest.mark.parametrize(
    ("received", "arrives"),
    [
        ("2026-11-11 10:00", "2026-11-11 10:00"),
        ("2026-11-11 12:00", "2026-11-11 13:00"),
        ("2026-11-11 15:00:30", "2026-11-11 15:00:30"),
        ("2026-11-11 15:20", "2026-11-12 07:30"),
        ("2026-11-20 16:00", "2026-11-23 07:30"),
        ("2026-11-14 09:00", "2026-11-16 07:30"),
    ],
)
def test_a_boundary_free_dossier_is_expected_by_the_15_oclock_rule(received, arrives):
    assert expected_arrival(at(received), SATURDAY_DESK) == at(arrives)


def test_a_supplement_is_asked_for_within_three_working_days():
    assert request_supplement_by(at("2026-11-09 09:00"), OFFICIAL) == at("2026-11-12 17:00")
    assert request_supplement_by(at("2026-11-09 19:00"), OFFICIAL, working_days=2) == at("2026-11-12 17:00")


def test_a_dossier_may_be_stopped_after_the_due_moment_of_the_fifteenth_day():
    after = may_stop_after(at("2026-10-26 09:00"), OFFICIAL)
    assert after == at("2026-11-16 17:00")
    assert not may_stop(at("2026-11-16 17:00:30"), after)
    assert may_stop(at("2026-11-16 17:01"), after)
