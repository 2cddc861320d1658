"""Dates on the wire (R47)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.portal.statuses import PortalStatus
from cases.portal.wire import DateRefused, check_due_date, read, written
from tests.law_fixtures import at

pytestmark = pytest.mark.usefixtures("english")

DUE = "20261125170000"


def test_the_example_of_the_rule():
    assert written(at("2026-11-20 09:05:07")) == "20261120090507"
    assert written(datetime(2026, 2, 28, 17, tzinfo=UTC)) == "20260301000000"
    assert read("20261120090507") == at("2026-11-20 09:05:07")


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(DateRefused, match="has no time zone"):
        written(datetime(2026, 11, 20, 9))


@pytest.mark.parametrize(
    "text", ["", "2026-11-25 17:00", "20261125", "20261325170000", "20260230120000", f" {DUE}", "２" * 14]
)
def test_other_dates_are_refused(text):
    with pytest.raises(DateRefused) as caught:
        read(text)
    assert str(caught.value) == f"“{text}” is no date of the portal."


@pytest.mark.parametrize("status", PortalStatus)
def test_from_reception_on_a_due_date_is_wanted(status):
    check_due_date(status, DUE)
    check_due_date(status, "", decided_at_once=True)
    if status in {PortalStatus.NEW, PortalStatus.NOT_RECEIVED}:
        check_due_date(status, "")
        return
    with pytest.raises(DateRefused) as caught:
        check_due_date(status, "")
    assert str(caught.value) == "The message has no due date; from reception on the portal wants one."


def test_a_due_date_that_cannot_be_read_is_refused_at_every_status():
    for status in PortalStatus:
        with pytest.raises(DateRefused):
            check_due_date(status, "2026-11-25 17:00", decided_at_once=True)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 12, 31)))
def test_what_is_written_is_read_again(moment):
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    assert read(written(moment)) == moment
