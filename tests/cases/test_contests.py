"""Contesting an entry of the clock: who may, once, answered with a decision that counts (R48, R50)."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from cases import services
from cases.enums import EventKind
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.feedback import FeedbackKind, FeedbackState, Verdict
from cases.models import Dossier, Feedback
from cases.services.feedback import Sender
from cases.services.rating import rating_proof
from notifications.models import Message
from tests.cases.own_account import account
from tests.cast import local

__all__ = ["account"]
pytestmark = pytest.mark.usefixtures("english")
WRONG = "Tôi đã nộp đủ giấy tờ ngay từ đầu."


@pytest.fixture
def paused(world):
    return world.supplement()


def event_of(dossier, kind=EventKind.SUPPLEMENT_REQUESTED):
    return dossier.events.get(kind=kind)


def contest(dossier, event=None, **changes) -> Feedback:
    arguments = {"text": WRONG, "nonce": uuid4(), "proof": rating_proof(dossier), **changes}
    return services.contest_event(dossier, event or event_of(dossier), **arguments)


def test_it_becomes_feedback_bound_to_dossier_and_entry(world, paused):
    feedback = contest(paused)
    assert (feedback.kind, feedback.dossier, feedback.contested, feedback.agency) == (
        FeedbackKind.HANDLING,
        paused,
        event_of(paused),
        world.ward,
    )
    assert (feedback.sender_name, feedback.answer_by) == ("Nguyễn Thị Ví Dụ", local("2026-12-01 17:00"))


def test_nothing_of_the_clock_is_changed(paused):
    before = (paused.state, paused.due_at, paused.cycle, paused.events.count())
    contest(paused)
    now = Dossier.objects.get(pk=paused.pk)
    assert (now.state, now.due_at, now.cycle, now.events.count()) == before


def test_each_entry_is_contested_once(paused):
    nonce = uuid4()
    first = contest(paused, nonce=nonce)
    assert contest(paused, nonce=nonce) == first
    with pytest.raises(NotPossibleNow) as refused:
        contest(paused)
    assert (refused.value.code, first.code in refused.value.sentence) == ("contested_already", True)


def test_without_proof_nobody_contests(world, paused):
    for proof in ("", "rác", rating_proof(world.processing())):
        with pytest.raises(NotPermitted):
            contest(paused, proof=proof)
    with pytest.raises(NotPermitted):
        contest(paused, proof="", account=world.officer)
    assert not Feedback.objects.exists()


def test_who_is_signed_in_needs_no_other_proof(world, account, paused):
    assert contest(paused, proof="", account=account()).dossier == paused


def test_only_entries_that_move_the_date_of_the_own_dossier(world, paused):
    other = world.supplement()
    for event in (event_of(paused, EventKind.STARTED), event_of(other)):
        with pytest.raises(NotPossibleNow):
            contest(paused, event)
    with pytest.raises(Invalid):
        contest(paused, text="  ")


def test_the_answer_says_whether_it_is_upheld(world, paused):
    feedback = contest(paused)
    with pytest.raises(Invalid) as refused:
        services.answer_feedback(feedback, by=world.officer, text="Đúng vậy.")
    assert refused.value.field == "verdict"
    services.answer_feedback(feedback, by=world.officer, text="Đúng vậy.", verdict=Verdict.UPHELD)
    feedback.refresh_from_db()
    assert (feedback.state, feedback.verdict) == (FeedbackState.ANSWERED, Verdict.UPHELD)
    told = Message.objects.filter(reference=feedback.code, recipient="vi.du@congdan.example")
    assert any("Upheld" in message.body and "Đúng vậy." in message.body for message in told)


def test_of_a_rule_nothing_is_upheld(world):
    feedback = services.send_feedback(
        kind=FeedbackKind.RULE,
        text="Vì sao?",
        agency=world.ward,
        sender=Sender(name="Trần Văn Thử", phone="0900000001"),
        nonce=uuid4(),
    )
    with pytest.raises(Invalid):
        services.answer_feedback(feedback, by=world.officer, text="Vì luật.", verdict=Verdict.UPHELD)


def test_the_database_wants_decision_and_own_entry(world, paused):
    feedback = contest(paused)
    rows = Feedback.objects.filter(pk=feedback.pk)
    for change in (
        {"verdict": Verdict.UPHELD},
        {"contested": event_of(world.supplement())},
        {"contested": None},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
