"""Fixtures of the tests of scorecards."""

import pytest

from cases.scorecard.facts import Counted, counted, scope_of
from tests.cases.scorecard.helpers import LATER, NOVEMBER


@pytest.fixture
def count(world):
    """The facts of the ward in a month, long after it unless said otherwise."""

    def counting(code, agency=None, *, period=NOVEMBER, now=LATER):
        found = counted(code, scope_of(agency or world.ward, period, now))
        return found.fact if isinstance(found, Counted) else found

    return counting
