"""A page at any position, and past the ends of time and numbers: an answer or 400, never an error of the server."""

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cases.api.conftest import client_of

LISTS = ["dossiers/", "filings/", "letters/", "overdue/", "consultations/", "certifications/", "procedures/"]
MOMENTS = st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())
TEXTS = st.text(st.characters(codec=None), max_size=20)
POSITIONS = st.tuples(MOMENTS | TEXTS | st.integers().map(str) | st.integers(), st.integers())
ENDS = [
    ["0001-01-01T00:00:00+14:00", 1],
    ["9999-12-31T23:59:59-12:00", 1],
    ["2026-11-09T09:00:00+07:00", 2**63],
    ["2026-11-09T09:00:00+07:00", -(2**80)],
    [str(2**63), 1],
    ["\ud800", 1],
    ["x" * 5000, 1],
    [["x"], 1],
    [{}, 1],
]


def cursor(position) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode()


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("position", ENDS)
def test_a_page_past_an_end_is_empty_or_refused(world, path, position):
    answer = client_of(world.officer).get(path, {"cursor": cursor(position)})
    assert answer.status_code in {200, 400}


@pytest.mark.parametrize("path", LISTS)
@given(position=POSITIONS)
@settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_page_at_any_position_is_answered_or_refused(world, path, position):
    answer = client_of(world.officer).get(path, {"cursor": cursor(position)})
    assert answer.status_code in {200, 400}
