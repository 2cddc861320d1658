"""The outbox beside others: safe in parallel, and after a kill."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection, transaction

from notifications.enums import MessageState
from notifications.models import Message, MessageAttempt
from notifications.services import messages
from notifications.services.messages import DeliveryCounts, deliver_due
from tests.notifications.builders import NOW, in_parallel, minutes, sms


@pytest.mark.django_db(transaction=True)
def test_claimed_message_is_left_to_its_worker_until_the_lease_ends(clock, gateway, en):
    provider = gateway("ok")
    message = sms()
    Message.objects.filter(pk=message.pk).update(claimed_until=NOW + messages.LEASE, attempts=1)
    assert deliver_due(now=minutes(1)) == DeliveryCounts()
    assert deliver_due(now=minutes(2)) == DeliveryCounts(sent=1)
    assert list(message.attempt_rows.values_list("succeeded", "detail")) == [
        (False, "The worker was stopped while sending; nobody knows whether the message arrived."),
        (True, ""),
    ]
    assert provider.times_sent() == {str(message.key): 1}


@pytest.mark.django_db(transaction=True)
def test_message_that_stops_its_worker_every_time_is_given_up(clock, gateway, settings):
    settings.MESSAGE_MAX_ATTEMPTS = 3
    provider = gateway("ok")
    message = sms()
    Message.objects.filter(pk=message.pk).update(claimed_until=NOW, attempts=3)
    assert deliver_due(now=minutes(2)) == DeliveryCounts(dead=1)
    message.refresh_from_db()
    assert message.state == MessageState.DEAD
    assert provider.requests == []


@pytest.mark.django_db(transaction=True)
def test_many_workers_send_each_message_exactly_once(gateway):
    provider = gateway("ok")
    keys = {str(sms(f"due:{number}").key) for number in range(40)}
    counts = in_parallel(*[deliver_due] * 4)
    assert sum(count.sent for count in counts) == 40
    assert provider.times_sent() == dict.fromkeys(keys, 1)
    assert MessageAttempt.objects.filter(succeeded=True).count() == 40


@pytest.mark.django_db(transaction=True)
def test_many_callers_put_one_message_into_the_outbox():
    results = in_parallel(*[sms] * 8)
    assert [result for result in results if result is not None] == [Message.objects.get()]


@pytest.mark.django_db(transaction=True)
def test_delivery_inside_a_transaction_is_refused():
    with pytest.raises(RuntimeError), transaction.atomic():
        deliver_due()


@pytest.mark.django_db(transaction=True)
def test_killed_worker_loses_nothing(gateway, settings, en):
    """A real process, killed while the provider keeps it waiting."""
    provider = gateway("slow")
    message = sms()
    worker = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import django; django.setup(); from notifications.services.messages import deliver_due; deliver_due()",
        ],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": database_url(), "SMS_GATEWAY_URL": provider.url("slow")},
    )
    assert provider.asked.wait(60)
    worker.send_signal(signal.SIGKILL)
    assert worker.wait() == -signal.SIGKILL

    message.refresh_from_db()
    assert (message.state, message.attempts) == (MessageState.PENDING, 1)
    gateway("ok")
    assert deliver_due(now=message.claimed_until - timedelta(seconds=1)) == DeliveryCounts()
    assert deliver_due(now=message.claimed_until) == DeliveryCounts(sent=1)
    # Twice on the wire, but under one key: the provider can tell.
    assert provider.times_sent() == {str(message.key): 2}


def database_url() -> str:
    """The address of the test database, as a new process needs it."""
    values = connection.settings_dict
    password = f":{values['PASSWORD']}" if values["PASSWORD"] else ""
    host = values["HOST"].replace("/", "%2F")
    return f"postgres://{values['USER']}{password}@{host}:{values['PORT'] or 5432}/{values['NAME']}"
