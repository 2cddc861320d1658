"""What takes the messages misbehaves: a gateway for texts, a mail server."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import time_machine
from django.conf import settings
from django.utils import timezone

from notifications import channels
from notifications.enums import MessageState
from notifications.models import Message
from notifications.services.messages import deliver_due
from tests.chaos import stage
from tests.chaos.gateway import Gateway
from tests.chaos.ground import Failed, Ground, ended, forked
from tests.chaos.mail import KEEPS_ITS_WORD, MailServer

DELIVERIES = 6


def bad_gateway(ground: Ground, *, times: int, rng: Random) -> str:
    """Until it is well again; then every message has gone out, each under one key, and none was given up."""
    for _round in range(times):
        gateway = Gateway(rng)
        problems = _deliver_all(ground, gateway, "sms", _texting(gateway))
        if problems:
            raise Failed("; ".join(problems))
    again = sum(count > 1 for count in gateway.taken.values())
    return f"{times} times; it behaved {dict(gateway.behaved)}; {again} keys came more than once"


def bad_mail(ground: Ground, *, times: int, rng: Random) -> str:
    """The same, and nothing was sent again that the server had clearly said to have taken."""
    for _round in range(times):
        server = MailServer(rng)
        problems = _deliver_all(ground, server, "email", _mailing(server))
        if said := [key for key, answers in server.taken.items() if KEEPS_ITS_WORD in answers[:-1]]:
            problems.append(f"{len(said)} were sent again after the server had taken them")
        if problems:
            raise Failed("; ".join(problems))
    again = [answers[:-1] for answers in server.taken.values() if len(answers) > 1]
    why = sorted({answer for answers in again for answer in answers})
    return f"{times} times; it behaved {dict(server.behaved)}; {len(again)} came more than once, after {why}"


def _deliver_all(ground: Ground, taker, channel: str, work: Callable) -> list[str]:
    """Deliver every two hours, the second half to one that is well; what is wrong then."""
    ground.begin_from("morning")
    taker.start()
    try:
        for run in range(DELIVERIES):
            taker.healthy = run >= DELIVERIES // 2
            if ended(forked(later(work, timedelta(hours=2 * run)))):
                raise Failed("delivering fails")
    finally:
        taker.close()
    messages = Message.objects.filter(channel=channel)
    sent = {str(key) for key in messages.filter(state=MessageState.SENT).values_list("key", flat=True)}
    problems = stage.broken_invariants()
    if left := messages.exclude(state=MessageState.SENT).count():
        problems.append(f"{left} messages did not go out")
    if lost := sent - set(taker.taken):
        problems.append(f"{len(lost)} count as sent and never arrived")
    if strange := set(taker.taken) - sent:
        problems.append(f"{len(strange)} arrived and do not count as sent")
    if not sent:
        problems.append("there was nothing to send")
    return problems


def _texting(gateway: Gateway) -> Callable[[], None]:
    def work() -> None:
        settings.SMS_GATEWAY_URL = gateway.url
        channels.HttpGateway.__init__.__kwdefaults__["timeout"] = 1
        _deliver_while_some_go()

    return work


def _mailing(server: MailServer) -> Callable[[], None]:
    def work() -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 1
        for _again in range(
            ASKED_AGAIN
        ):  # by the beat, minute after minute: a channel that failed rests until then
            _deliver_while_some_go()

    return work


ASKED_AGAIN = 10


def _deliver_while_some_go() -> None:
    while deliver_due(limit=1000).sent:
        pass


def later(work: Callable[[], None], by: timedelta) -> Callable[[], None]:
    def at_that_time() -> None:
        with time_machine.travel(timezone.now() + by):
            work()

    return at_that_time
