"""Group E, apology and rescheduling: R29 to R33."""

import pytest
from django.test import override_settings
from django.utils import translation

from cases import deadlines, services
from cases.errors import Invalid, NotPermitted
from cases.models import Dossier
from notifications.enums import LetterState
from notifications.models import Letter, Message
from procedures.calendars import calendar_for
from tests.cases.helpers import fresh, refused
from tests.cast import local, make_procedure

pytestmark = pytest.mark.django_db

REASON = "Cần xác minh thêm"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def due_on_the_25th(world):
    """Received Monday 09/11/2026 with 11 working days: due Wednesday 25/11/2026, because 24/11 is off."""
    dossier = world.processing(make_procedure("1.000029", "Thủ tục mười một ngày", amount=11))
    assert dossier.due_at == local("2026-11-25 17:00")
    return dossier


def test_r29_the_apology_is_due_one_working_day_before(world, due_on_the_25th):
    calendar = calendar_for(world.ward)
    due_at = due_on_the_25th.due_at
    assert deadlines.apology_by(due_at, due_on_the_25th.received_at, calendar) == local("2026-11-23 17:00")
    assert deadlines.warning_days(due_at, calendar) == (
        local("2026-11-20 00:00").date(),
        local("2026-11-23 00:00").date(),
    )


def test_r29_the_system_warns_drafts_and_flags(world, clock, due_on_the_25th):
    clock.move_to("2026-11-20 08:00")
    assert (services.warn_due_soon(), services.draft_apologies()) == (1, 0)
    clock.move_to("2026-11-23 08:00")
    assert (services.warn_due_soon(), services.draft_apologies()) == (1, 1)
    clock.move_to("2026-11-25 17:00")
    assert services.flag_overdue() == 0
    clock.move_to("2026-11-25 17:01")
    assert services.flag_overdue() == 1
    assert fresh(due_on_the_25th).overdue_flagged_at == local("2026-11-25 17:01")


def test_r30_a_dossier_is_rescheduled_once(world, clock, due_on_the_25th):
    clock.move_to("2026-11-23 10:00")
    services.issue_apology(
        due_on_the_25th, by=world.head, reason=REASON, new_due_at=local("2026-11-30 17:00")
    )
    assert fresh(due_on_the_25th).due_at == local("2026-11-30 17:00")
    with refused(Invalid, "already_rescheduled") as refusal:
        services.issue_apology(
            due_on_the_25th, by=world.head, reason=REASON, new_due_at=local("2026-12-03 17:00")
        )
    # By the law of the reception day: Decree 118/2025, whose article on this is not known for certain.
    assert "Decree 118/2025/NĐ-CP allows it only once" in refusal.value.sentence


def test_r31_only_a_later_date_with_reason_and_signature_moves_it(world, due_on_the_25th):
    later = local("2026-11-30 17:00")
    with refused(Invalid, "not_later"):
        services.issue_apology(
            due_on_the_25th, by=world.head, reason=REASON, new_due_at=due_on_the_25th.due_at
        )
    with refused(Invalid, "reason_missing"):
        services.issue_apology(due_on_the_25th, by=world.head, reason=" ", new_due_at=later)
    with refused(NotPermitted, "signature_missing"):
        services.issue_apology(due_on_the_25th, by=world.officer, reason=REASON, new_due_at=later)
    services.issue_apology(due_on_the_25th, by=world.head, reason=REASON, new_due_at=later)
    assert fresh(due_on_the_25th).first_due_at == local("2026-11-25 17:00")


@override_settings(SMS_GATEWAY_URL="http://127.0.0.1:9/nobody-listens")
def test_r32_the_applicant_is_told_once_by_each_chosen_channel_and_failures_are_tried_again(
    world, clock, due_on_the_25th
):
    from notifications.services.messages import deliver_due

    clock.move_to("2026-11-23 10:00")
    Message.objects.all().delete()
    services.issue_apology(
        due_on_the_25th, by=world.head, reason=REASON, new_due_at=local("2026-11-30 17:00")
    )
    new = Message.objects.all()
    assert sorted(new.values_list("channel", flat=True)) == ["email", "sms"]
    deliver_due()
    assert new.get(channel="email").state == "sent"
    sms = new.get(channel="sms")
    assert (sms.state, sms.attempts) == ("pending", 1)
    clock.move_to("2026-11-23 10:20")
    deliver_due()
    assert new.get(channel="sms").attempts == 2


def test_r33_late_without_an_apology_is_a_breach_also_when_it_comes_later(world, clock, due_on_the_25th):
    clock.move_to("2026-11-25 17:00")
    assert list(Dossier.objects.breaches()) == []
    clock.move_to("2026-11-25 17:01")
    assert list(Dossier.objects.breaches()) == [due_on_the_25th]
    clock.move_to("2026-11-26 10:00")
    services.issue_apology(
        due_on_the_25th, by=world.head, reason=REASON, new_due_at=local("2026-11-30 17:00")
    )
    assert list(Dossier.objects.breaches()) == [due_on_the_25th]
    assert Letter.objects.get(state=LetterState.ISSUED).issued_at == local("2026-11-26 10:00")


def test_r33_an_apology_in_time_is_no_breach(world, clock, due_on_the_25th):
    clock.move_to("2026-11-23 10:00")
    services.issue_apology(
        due_on_the_25th, by=world.head, reason=REASON, new_due_at=local("2026-11-30 17:00")
    )
    clock.move_to("2026-11-26 10:00")
    assert list(Dossier.objects.breaches()) == []
