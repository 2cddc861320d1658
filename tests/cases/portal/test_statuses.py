"""Statuses of the national portal (R45): the graph, the mapping, and what each verb sends."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.enums import State, Verb
from cases.portal.statuses import (
    OF_STATE,
    SENT,
    PortalStatus,
    StatusRefused,
    as_status,
    following,
    may_follow,
    sent_by,
    status_of,
)

pytestmark = pytest.mark.usefixtures("english")

GRAPH = {
    None: {1, 2},
    1: {2, 3, 5, 7},
    2: {4, 7},
    3: set(),
    4: {5, 6, 7, 8, 9},
    5: {4, 7, 8},
    6: {4, 7, 8},
    7: {8},
    8: set(),
    9: {10},
    10: set(),
}


@pytest.mark.parametrize("before", GRAPH)
def test_only_listed_steps_may_be_sent(before):
    status = None if before is None else PortalStatus(before)
    assert following(status, received=True) == GRAPH[before]
    # A decision or result ends the time for a withdrawal (R37).
    assert following(status, received=True, result_exists=True) == GRAPH[before] - {7}


def test_a_supplement_before_reception_ends_in_reception_or_refusal():
    assert following(PortalStatus.SUPPLEMENT, received=False) == {2, 3, 7}
    assert not may_follow(PortalStatus.SUPPLEMENT, PortalStatus.PROCESSING, received=False)


def test_every_state_has_a_status():
    assert set(OF_STATE) == set(State)
    assert [status_of(state).value for state in State] == [1, 2, 2, 4, 5, 9, 10, 3, 8]
    assert status_of("processing", result_ready=True, fee_outstanding=True) == PortalStatus.PAYMENT
    assert status_of("processing", result_ready=False, fee_outstanding=True) == PortalStatus.PROCESSING


@pytest.mark.parametrize(
    ("verb", "before", "sent"),
    [
        (Verb.SUBMIT, None, [1]),
        (Verb.RECEIVE, None, [2]),
        (Verb.RECEIVE, 1, [2]),
        (Verb.REFUSE, 1, [3]),
        (Verb.REFUSE, None, []),
        (Verb.ASK_TO_COMPLETE, 1, [5]),
        (Verb.DIGITIZE, 2, []),
        (Verb.START, 2, [4]),
        (Verb.START, 4, []),  # a supplement came before the processing, so 4 was sent already
        (Verb.REQUEST_SUPPLEMENT, 4, [5]),
        (Verb.REQUEST_SUPPLEMENT, 2, [4, 5]),
        (Verb.RESUME, 5, [4]),
        (Verb.SETTLE, 4, [9]),
        (Verb.SETTLE, 6, [4, 9]),
        (Verb.RETURN_RESULT, 9, [10]),
        (Verb.WITHDRAW, 1, [7, 8]),
        (Verb.WITHDRAW, 2, [7, 8]),
        (Verb.WITHDRAW, 5, [7, 8]),
        (Verb.WITHDRAW, None, []),
        (Verb.STOP, 5, [8]),
        (Verb.RESCHEDULE, 4, []),
        (Verb.EXTEND, 4, []),
    ],
)
def test_what_a_verb_sends(verb, before, sent):
    before = before and PortalStatus(before)
    assert sent_by(verb, before, received=before not in {None, PortalStatus.NEW}) == sent


def test_a_result_is_told_only_while_its_fee_is_outstanding():
    assert sent_by(Verb.RECORD_RESULT, PortalStatus.PROCESSING, received=True) == []
    assert sent_by(Verb.RECORD_RESULT, PortalStatus.PROCESSING, received=True, fee_outstanding=True) == [6]


def test_received_after_a_supplement_before_reception():
    for verb, sent in ((Verb.RECEIVE, [2]), (Verb.REFUSE, [3])):
        assert sent_by(verb, PortalStatus.SUPPLEMENT, received=False) == sent


def test_decided_at_once_sends_every_status_in_order():
    sent, before = [], None
    for verb in (
        Verb.RECEIVE,
        Verb.DIGITIZE,
        Verb.START,
        Verb.RECORD_RESULT,
        Verb.SETTLE,
        Verb.RETURN_RESULT,
    ):
        sent += sent_by(verb, before, received=before is not None)
        before = sent[-1]
    assert sent == [2, 4, 9, 10]


@pytest.mark.parametrize("before", [3, 8, 10])
def test_after_an_end_nothing_can_be_sent(before):
    with pytest.raises(StatusRefused) as caught:
        sent_by(Verb.START, PortalStatus(before), received=True)
    assert str(caught.value) == (
        f"The portal has the dossier at status {before}; from there status 4 cannot be sent."
    )


@pytest.mark.parametrize("number", [0, 11, -1])
def test_a_number_that_is_no_status_is_refused(number):
    with pytest.raises(StatusRefused, match=f"{number} is no status of the portal."):
        as_status(number)


@given(st.sampled_from(sorted(SENT)), st.none() | st.sampled_from(PortalStatus), st.booleans(), st.booleans())
def test_whatever_is_sent_goes_by_listed_steps_only(verb, before, received, fee):
    try:
        sent = sent_by(verb, before, received=received, fee_outstanding=fee)
    except StatusRefused:
        return
    for one, other in pairwise([before, *sent]):
        was_received = received or PortalStatus.RECEIVED in sent[: sent.index(other)]
        assert may_follow(one, other, received=was_received)
    assert PortalStatus.WITHDRAWAL not in sent or verb == Verb.WITHDRAW
    if sent:
        assert sent[-1] == SENT[verb][-1]
