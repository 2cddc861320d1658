"""The reminder of a supplement that does not come (R28): once, after ten working days, never when it came."""

import pytest

from cases import services
from cases.enums import EventKind
from cases.models import Supplement
from notifications.models import Message
from tests.cases.helpers import in_parallel, kinds, said, told
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def waiting(world, clock):
    """Asked on Monday 26/10/2026; the tenth working day is Monday 09/11/2026."""
    clock.move_to("2026-10-26 10:00")
    return world.supplement()


@pytest.mark.parametrize(
    ("moment", "reminded"),
    [("2026-11-05 10:00", 0), ("2026-11-09 17:00", 0), ("2026-11-09 17:01", 1), ("2026-11-10 07:30", 1)],
)
def test_remind_after_ten_working_days(world, clock, waiting, moment, reminded):
    now = clock.move_to(moment)
    assert services.remind_supplements() == reminded
    assert Supplement.objects.get().reminded_at == (now if reminded else None)


def test_remind_says_what_is_missing_and_when_the_dossier_may_be_stopped(world, clock, waiting):
    waiting.applicant.language = "en"
    waiting.applicant.save()
    clock.move_to("2026-11-10 07:30")
    services.remind_supplements()
    event = waiting.events.last()
    assert said(event) == (
        EventKind.SUPPLEMENT_REMINDED,
        "",
        "",
        "supplement",
        "The applicant was reminded of what is missing.",
    )
    assert event.data == {"items": ["Tờ khai có chữ ký"], "stop_after": "16/11/2026 17:00"}
    assert [channel for channel, _to, _subject in told(waiting)] == ["email", "sms"]
    body = Message.objects.filter(channel="email").latest("pk").body
    assert "- Tờ khai có chữ ký" in body
    assert "Bring it by 16/11/2026 17:00; after that the dossier may be stopped." in body


def test_remind_is_done_once(world, clock, waiting):
    clock.move_to("2026-11-10 07:30")
    assert [services.remind_supplements(), services.remind_supplements()] == [1, 0]
    clock.move_to("2026-12-10 07:30")
    assert services.remind_supplements() == 0


def test_remind_never_of_what_was_brought_or_taken_back(world, clock, waiting):
    services.resume(waiting, by=world.clerk)
    withdrawn = world.supplement()
    services.withdraw(withdrawn, by=world.clerk, reason="Đổi ý")
    clock.move_to("2026-12-10 07:30")
    assert services.remind_supplements() == 0


def test_remind_nobody_of_a_filing_before_reception(world, clock):
    filing = world.submit()
    services.ask_to_complete(filing, by=world.clerk, reason="Thiếu chữ ký", items=["Tờ khai"])
    clock.move_to("2026-12-10 07:30")
    assert services.remind_supplements() == 0


def test_remind_again_of_the_second_request(world, clock, waiting):
    clock.move_to("2026-11-10 07:30")
    services.remind_supplements()
    services.resume(waiting, by=world.clerk)
    services.request_supplement(waiting, by=world.head, reason="Còn thiếu", items=["Văn bản ủy quyền"])
    clock.move_to("2026-11-26 07:30")
    assert services.remind_supplements() == 1


def test_remind_follows_the_configured_number_of_days(world, clock, waiting, settings):
    settings.REMINDER_AFTER_WORKING_DAYS = 3
    clock.move_to("2026-10-29 17:00")
    assert services.remind_supplements() == 0
    clock.move_to("2026-10-30 07:30")
    assert services.remind_supplements() == 1


def test_the_sweep_reminds_and_alerts_too(world, clock, waiting):
    dossier = world.processing()
    services.consult(
        dossier, by=world.officer, agency=world.other_ward, question="?", due_at=local("2026-10-27 17:00")
    )
    clock.move_to("2026-11-10 06:00")
    counts = services.sweep()
    assert (counts.reminded, counts.alerted) == (1, 1)
    counts = services.sweep()
    assert (counts.reminded, counts.alerted) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_four_workers_remind_once(world, clock):
    clock.move_to("2026-10-26 10:00")
    waiting = world.supplement()
    clock.move_to("2026-11-10 07:30")
    assert sorted(in_parallel([services.remind_supplements] * 4, connections=4)) == [0, 0, 0, 1]
    assert kinds(waiting).count(EventKind.SUPPLEMENT_REMINDED) == 1
