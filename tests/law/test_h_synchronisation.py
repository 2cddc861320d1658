"""Group H, synchronisation: R45 to R47."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from cases.enums import State, Verb
from cases.portal.statuses import PortalStatus, may_follow, sent_by, status_of
from cases.portal.wire import DateRefused, check_due_date, written
from cases.scorecard.facts import scope_of
from cases.scorecard.parameters import edition_on
from cases.scorecard.periods import month
from cases.scorecard.scores import Fact, NoValue, card
from cases.scorecard.targets import Rate, target_on
from tests.cast import local

AUGUST = date(2026, 8, 31)


def test_r45_each_state_has_one_status_and_a_jump_sends_those_in_between():
    assert [status_of(state).value for state in State] == [1, 2, 2, 4, 5, 9, 10, 3, 8]
    assert sent_by(Verb.WITHDRAW, PortalStatus.PROCESSING, received=True) == [7, 8]
    assert sent_by(Verb.REQUEST_SUPPLEMENT, PortalStatus.RECEIVED, received=True) == [4, 5]


def test_r45_only_listed_steps_are_sent():
    assert may_follow(PortalStatus.FINISHED, PortalStatus.RETURNED, received=True)
    assert not may_follow(PortalStatus.RETURNED, PortalStatus.PROCESSING, received=True)


def test_r46_what_was_accepted_of_the_dossiers_of_the_month():
    found = card({"1.4": Fact(937, 1000)}, edition_on(AUGUST)).part("1.4")
    assert (found.percent, found.points) == (Decimal("93.70"), Decimal("5.62"))
    assert found.denominator - found.numerator == 63
    assert target_on(Rate.SYNCHRONISATION, AUGUST).percent == 100


def test_r46_without_a_source_there_is_no_rate_which_is_not_0(world):
    from cases.report.measures import SYNCHRONISED

    scope = scope_of(world.province, month(2026, 11), local("2026-11-20 09:00"))
    assert SYNCHRONISED.count(scope) == NoValue.NO_SOURCE


def test_r47_dates_on_the_wire_are_of_vietnam():
    assert written(local("2026-11-20 09:05:07")) == "20261120090507"


def test_r47_from_reception_on_a_message_without_a_due_date_is_held_back():
    with translation.override("en"), pytest.raises(DateRefused, match="from reception on the portal wants"):
        check_due_date(PortalStatus.RECEIVED, "")
    check_due_date(PortalStatus.RECEIVED, "", decided_at_once=True)
    check_due_date(PortalStatus.NEW, "")
