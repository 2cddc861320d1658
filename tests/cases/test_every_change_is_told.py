"""Every change of state, and everything that moves the due date, is told at once with the contents of R41."""

from dataclasses import replace
from datetime import date

import pytest

from cases import services
from cases.enums import MOVES, EventKind
from cases.models import Dossier
from cases.notice_facts import facts_of
from cases.notice_topics import OPTIONAL_TOPICS, TOPICS, NoticeTopic
from cases.services.calendar_moves import apply_approved
from notifications.enums import NOTICE_KINDS, MessageKind
from notifications.models import Message
from notifications.notices import placeholders_of
from procedures.enums import ExtensionMode, LimitUnit
from procedures.regimes import notices_demanded_on
from tests.cases.helpers import fresh
from tests.cases.revisions.conftest import approved, chief, proposal
from tests.cast import local

__all__ = ["approved", "chief", "proposal"]

ASK = {"reason": "Thiếu chữ ký", "items": ["Tờ khai có chữ ký"]}


@pytest.fixture
def world(world):
    world.applicant = replace(world.applicant, language="en")
    return world


def asked_to_complete(world):
    dossier = world.submit()
    services.ask_to_complete(dossier, by=world.clerk, **ASK)
    return dossier


def rescheduled(world):
    dossier = world.processing()
    later = local("2026-11-17 17:00")
    services.issue_apology(dossier, by=world.head, reason="Cần xác minh", new_due_at=later)
    return dossier


def extended(world):
    world.free.versions.update(
        extension_mode=ExtensionMode.ADD, extension_amount=3, extension_unit=LimitUnit.WORKING_DAY
    )
    return services.extend(world.processing(), by=world.officer, reason="Cần xác minh")


def period_excluded(world):
    world.free.versions.update(excluded_periods=[{"name_vi": "Niêm yết", "name_en": "Posting"}])
    first, last = date(2026, 11, 10), date(2026, 11, 11)
    return services.exclude_period(
        world.processing(), by=world.officer, name="Niêm yết", first=first, last=last
    )


def stopped(world, clock):
    clock.move_to("2026-10-12 10:00")
    dossier = world.supplement()
    clock.move_to("2026-11-09 09:00")
    return services.stop(dossier, by=world.supervisor, reason="Không bổ sung")


def reminded(world, clock):
    clock.move_to("2026-10-26 10:00")
    dossier = world.supplement()
    clock.move_to("2026-11-10 07:30")
    services.remind_supplements()
    return dossier


def clarified(world):
    dossier = world.processing()
    services.clarify(dossier, by=world.officer, question="Năm nào?", ground="Điều 1")
    return dossier


def papers_lost(world):
    dossier = world.processing()
    services.report_loss(dossier, by=world.officer, papers=["Tờ khai"])
    return dossier


def returned(world):
    return world.returned()


def calendar_moved(world, approved):
    dossier = world.processing()
    approved(date(2026, 11, 11))
    apply_approved()
    return dossier


ACTS = {
    EventKind.SUBMITTED: lambda world: world.submit(),
    EventKind.ASKED_TO_COMPLETE: asked_to_complete,
    EventKind.COMPLETED: lambda world: services.complete_filing(asked_to_complete(world)),
    EventKind.RECEIVED: lambda world: services.receive_filing(world.submit(), by=world.clerk),
    EventKind.REFUSED: lambda world: services.refuse(world.submit(), by=world.clerk, reason="Sai nơi"),
    EventKind.DIGITIZED: lambda world: world.digitized(),
    EventKind.STARTED: lambda world: world.processing(),
    EventKind.SUPPLEMENT_REQUESTED: lambda world: world.supplement(),
    EventKind.RESUMED: lambda world: services.resume(world.supplement(), by=world.clerk),
    EventKind.RESULT_RECORDED: lambda world: world.with_result(world.paid),
    EventKind.SETTLED: lambda world: world.with_result(),
    EventKind.RETURNED: returned,
    EventKind.WITHDRAWN: lambda world: services.withdraw(world.receive(), by=world.clerk, reason="Đổi ý"),
    EventKind.STOPPED: stopped,
    EventKind.RESCHEDULED: rescheduled,
    EventKind.EXTENDED: extended,
    EventKind.PERIOD_EXCLUDED: period_excluded,
    EventKind.CALENDAR_MOVED: calendar_moved,
    EventKind.CLARIFICATION: clarified,
    EventKind.SUPPLEMENT_REMINDED: reminded,
    EventKind.PAPERS_LOST: papers_lost,
    EventKind.UNDONE: lambda world: services.undo(world.processing(), by=world.officer, reason="Nhầm"),
}


@pytest.fixture
def happened(request, world, clock):
    """`happened(kind)` brings a dossier to where this has just happened, and gives it with the event."""

    def happen(kind):
        act = ACTS[kind]
        names = act.__code__.co_varnames[: act.__code__.co_argcount]
        dossier = act(*(request.getfixturevalue(name) for name in names))
        return fresh(dossier), dossier.events.filter(kind=kind).last()

    return happen


def notice(dossier: Dossier, event, channel: str) -> Message:
    return Message.objects.get(event_key=f"{dossier.uuid}:event:{event.pk}", channel=channel)


# The time of receipt and of return, as the notice has them.
TIMES = {
    EventKind.SUBMITTED: ("not yet; filed at 09/11/2026 09:00", "named when the filing is received"),
    EventKind.ASKED_TO_COMPLETE: ("not yet; filed at 09/11/2026 09:00", "named when the filing is received"),
    EventKind.COMPLETED: ("not yet; filed at 09/11/2026 09:00", "named when the filing is received"),
    EventKind.REFUSED: ("not received; filed at 09/11/2026 09:00", "there will be none"),
    EventKind.SUPPLEMENT_REQUESTED: ("09/11/2026 09:00", "named anew when the supplement is complete"),
    EventKind.RESULT_RECORDED: ("09/11/2026 09:00", "it is there since 09/11/2026 09:00"),
    EventKind.SETTLED: ("09/11/2026 09:00", "it is there since 09/11/2026 09:00"),
    EventKind.RETURNED: ("09/11/2026 09:00", "handed over at 09/11/2026 09:00"),
    EventKind.WITHDRAWN: ("09/11/2026 09:00", "there will be none"),
    EventKind.STOPPED: ("12/10/2026 10:00", "there will be none"),
    EventKind.SUPPLEMENT_REMINDED: ("26/10/2026 10:00", "named anew when the supplement is complete"),
    EventKind.RESCHEDULED: ("09/11/2026 09:00", "17/11/2026 17:00"),
    EventKind.EXTENDED: ("09/11/2026 09:00", "17/11/2026 17:00"),
    EventKind.PERIOD_EXCLUDED: ("09/11/2026 09:00", "16/11/2026 17:00"),
    EventKind.CALENDAR_MOVED: ("09/11/2026 09:00", "13/11/2026 17:00"),
}


@pytest.mark.parametrize("kind", list(ACTS), ids=str)
def test_the_applicant_is_told_at_once_by_every_chosen_channel_what_the_law_demands(happened, kind, clock):
    dossier, event = happened(kind)
    received, due = TIMES.get(kind, ("09/11/2026 09:00", "12/11/2026 17:00"))
    unit = dossier.holder_unit.name
    handler = f"{dossier.holder}, {unit}" if dossier.holder else unit
    mail, text = notice(dossier, event, "email"), notice(dossier, event, "sms")
    assert (mail.kind, mail.language, mail.created_at, mail.next_attempt_at) == (
        kind,
        "en",
        event.at,
        event.at,
    )
    lines = mail.body.splitlines()
    assert lines[0] == "UBND phường Thử Nghiệm: Thủ tục" + lines[0].partition(": Thủ tục")[2]
    for line in (
        f"Received at: {received}.",
        f"Handled by: {handler}.",
        f"Time of this step: {event.at.astimezone(local('2026-11-09 09:00').tzinfo):%d/%m/%Y %H:%M}.",
        f"Return of the result: {due}.",
    ):
        assert line in lines
    assert f"Received: {received}. Now: {handler}, " in text.body
    assert text.body.endswith(f"Return: {due}.") or f"Return: {due}.\n" in text.body


@pytest.mark.parametrize("kind", list(ACTS), ids=str)
def test_there_is_a_fact_for_every_placeholder_and_none_beside(happened, kind):
    dossier, event = happened(kind)
    facts = facts_of(dossier, event)
    assert set(facts) == {placeholder.name for placeholder in placeholders_of(kind)}
    assert {name for name, fact in facts.items() if not fact} <= {"details", "lookup", "tracking_number"}
    assert {type(fact) for fact in facts.values()} == {str}


def test_every_kind_of_notice_is_tried_here_and_belongs_to_a_topic():
    assert {str(kind) for kind in ACTS} == {str(kind) for kind in NOTICE_KINDS} == {str(k) for k in TOPICS}
    assert set(MessageKind) - set(NOTICE_KINDS) == {
        "due_soon",
        "digest",
        "answered_online",
        "consulted",
        "consultation_answered",
        "consultation_late",
        "late_reminded",
        "escalated",
    }


def test_every_verb_that_changes_the_state_is_among_them():
    """A verb with a target state writes one of these events; the table of moves is the list of verbs."""
    told = {
        "receive": EventKind.RECEIVED,
        "refuse": EventKind.REFUSED,
        "digitize": EventKind.DIGITIZED,
        "start": EventKind.STARTED,
        "request_supplement": EventKind.SUPPLEMENT_REQUESTED,
        "settle": EventKind.SETTLED,
        "return_result": EventKind.RETURNED,
        "withdraw": EventKind.WITHDRAWN,
        "stop": EventKind.STOPPED,
    }
    assert {str(verb) for verb, move in MOVES.items() if move.target} == set(told)
    assert set(told.values()) <= set(ACTS)


def test_a_result_with_fees_owed_says_what_is_to_be_paid_and_that_it_is_early(happened):
    dossier, event = happened(EventKind.RESULT_RECORDED)
    body = notice(dossier, event, "email").body
    assert "It was promised for 12/11/2026 17:00 and is ready earlier." in body
    assert f"Still to be paid before it is handed over: {dossier.balance:,} đ.".replace(",", ".") in body


def test_the_law_names_a_ground_for_every_topic_that_cannot_be_switched_off():
    assert set(notices_demanded_on(date(2026, 11, 9))) == {
        topic.value for topic in NoticeTopic if topic not in OPTIONAL_TOPICS
    }
