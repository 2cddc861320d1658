"""How a message leaves the house: e-mail by Django, SMS and Zalo by an HTTP gateway or the console.

Channels get plain data and know no database. Each either returns or raises `DeliveryFailed` with a
sentence for the list of messages; no sentence holds a recipient or a secret.
"""

import json
import logging
import time
from contextlib import ExitStack
from dataclasses import dataclass
from smtplib import SMTPException, SMTPResponseException, SMTPServerDisconnected
from typing import Protocol

import httpx
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _t

from notifications.enums import MessageChannel
from notifications.errors import DeliveryFailed

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10
# What a gateway says to every message alike: a wrong token or address, or that it takes nothing now.
TO_ALL_ALIKE = frozenset({401, 403, 404, 405, 410, 429, 503})
REPLY_MAX_BYTES = 64 * 1024
REPORTS = "/cong/{channel}/bao-cao/"  # where gateways tell what became of messages


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content: bytes
    mime_type: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to send; `key` is the same in every attempt, so that a receiver can drop a repeat."""

    key: str
    recipient: str
    subject: str
    body: str
    language: str = "vi"
    attachments: tuple[Attachment, ...] = ()
    opt_out_url: str = ""


class Gateway(Protocol):
    is_connected: bool  # what is sent leaves this machine

    def send(self, message: Outgoing) -> None: ...

    def close(self) -> None: ...


def open_gateway(channel: str) -> Gateway:
    """The gateway of a channel as the settings have it; the caller closes it."""
    if channel == MessageChannel.EMAIL:
        return EmailGateway()
    name = MessageChannel(channel).name
    url = getattr(settings, f"{name}_GATEWAY_URL")
    if not url:
        return ConsoleGateway(channel)
    return HttpGateway(
        url,
        token=getattr(settings, f"{name}_GATEWAY_TOKEN"),
        success=getattr(settings, f"{name}_GATEWAY_SUCCESS"),
        # Only where a secret is agreed would a report be believed.
        report_to=settings.PUBLIC_URL + REPORTS.format(channel=channel)
        if getattr(settings, f"{name}_CALLBACK_SECRET")
        else "",
    )


class EmailGateway:
    """Plain text by Django's e-mail backend, letters as attachments.

    SMTP has no key by which a server would know a message again: who was cut off between the message and the
    server's word sends it once more, with the same Message-ID.
    """

    is_connected = True

    def send(self, message: Outgoing) -> None:
        connection = get_connection()
        email = self._email(message, connection)
        with ExitStack() as stack:
            stack.callback(self._leave, connection)
            try:
                connection.open()
            except (
                OSError
            ) as error:  # also what smtplib raises; wrong for every message, so the channel rests
                raise self._away(error) from error
            try:
                email.send()
            except SMTPException as error:
                raise self._refused(error) from error
            except OSError as error:
                raise self._away(error) from error
            except ValueError as error:  # a line end in a header, an address that is none
                raise DeliveryFailed(
                    _t("The message has an address or subject that no mail server takes."), refused=True
                ) from error

    @staticmethod
    def _email(message: Outgoing, connection) -> EmailMessage:
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
        # The same in every attempt: mailboxes show a repeated message once.
        headers = {"Message-ID": f"<{message.key}@{domain}>", "Content-Language": message.language}
        if message.opt_out_url:  # RFC 8058: the mailbox offers a button and sends a POST
            headers["List-Unsubscribe"] = f"<{message.opt_out_url}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        email = EmailMessage(
            subject=message.subject,
            body=message.body,
            to=[message.recipient],
            headers=headers,
            connection=connection,
        )
        for attachment in message.attachments:
            email.attach(attachment.name, attachment.content, attachment.mime_type)
        return email

    @staticmethod
    def _refused(error: SMTPException) -> DeliveryFailed:
        """Only an answer from 400 on is a refusal; what is none leaves open what became of the message."""
        name = {"error": type(error).__name__}
        answered = not isinstance(error, SMTPResponseException) or 400 <= error.smtp_code < 600
        if answered and not isinstance(error, SMTPServerDisconnected):
            return DeliveryFailed(_t("The mail server refused the message (%(error)s).") % name, refused=True)
        return DeliveryFailed(
            _t("The mail server broke off (%(error)s); nobody knows whether the message arrived.") % name,
            unreachable=True,
        )

    @staticmethod
    def _leave(connection) -> None:
        """A goodbye that goes wrong takes back nothing of what the server has said before."""
        try:
            connection.close()
        except OSError as error:
            logger.warning("The mail server's goodbye could not be read: %s", type(error).__name__)

    @staticmethod
    def _away(error: Exception) -> DeliveryFailed:
        return DeliveryFailed(
            _t("The mail server could not be reached (%(error)s).") % {"error": type(error).__name__},
            unreachable=True,
        )

    def close(self) -> None:
        """Nothing is kept open."""


class ConsoleGateway:
    """Notes in the log that a text would go out and counts it as sent: when no gateway is configured.

    The text itself stays in the outbox: it names people, and a log is read by more eyes than a dossier.
    """

    is_connected = False

    def __init__(self, channel: str):
        self.channel = channel

    def send(self, message: Outgoing) -> None:
        logger.info(
            "%s to %s: %d characters (%s)",
            self.channel,
            mask(message.recipient),
            len(message.body),
            message.key,
        )

    def close(self) -> None:
        """Nothing is kept open."""


class HttpGateway:
    """A provider's HTTP address: POST of `{to, text, id}` as JSON with a bearer token.

    Taken means: status 2xx and a JSON object that has every pair of `success`. Everything else is a
    failure, also a friendly page in HTML. `report_to` is where the gateway tells later what became of it.
    """

    is_connected = True

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        success: dict | None = None,
        timeout: float = TIMEOUT_SECONDS,
        report_to: str = "",
    ):
        self.url = url
        self.report_to = report_to
        self.success = success or {"ok": True}
        self.timeout = timeout
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.client = httpx.Client(timeout=timeout, headers=headers)

    def send(self, message: Outgoing) -> None:
        request = {"to": message.recipient, "text": message.body, "id": message.key}
        if self.report_to:
            request["report_to"] = self.report_to
        headers = {"Idempotency-Key": message.key}
        try:
            with self.client.stream("POST", self.url, json=request, headers=headers) as response:
                reply = self._read(response)
        except httpx.TimeoutException as error:
            raise self._too_slow() from error
        except httpx.TransportError as error:
            raise DeliveryFailed(
                _t("The gateway could not be reached (%(error)s).") % {"error": type(error).__name__},
                unreachable=True,
            ) from error
        except httpx.HTTPError as error:  # such as a body that is not compressed as its header says
            raise DeliveryFailed(
                _t("The gateway's answer cannot be read (%(error)s).") % {"error": type(error).__name__}
            ) from error
        except httpx.InvalidURL as error:  # no HTTPError; wrong for every message, so the channel rests
            raise DeliveryFailed(
                _t("The gateway's address is not one. Correct it in the settings."), unreachable=True
            ) from error
        if not response.is_success:
            raise DeliveryFailed(
                _t("The gateway answered HTTP %(status)d.") % {"status": response.status_code},
                unreachable=response.status_code in TO_ALL_ALIKE,
            )
        self._check(reply)

    def _read(self, response: httpx.Response) -> bytes:
        # The client's time limit counts from byte to byte: a reply that trickles would hold the worker.
        deadline = time.monotonic() + self.timeout
        reply = b""
        for chunk in response.iter_bytes():
            reply += chunk
            if len(reply) > REPLY_MAX_BYTES:
                raise DeliveryFailed(_t("The gateway's answer is too long to be one."))
            if time.monotonic() > deadline:
                raise self._too_slow()
        return reply

    def _check(self, reply: bytes) -> None:
        try:
            answer = json.loads(reply)
        except ValueError as error:
            raise DeliveryFailed(_t("The gateway answered something that is not JSON.")) from error
        if not isinstance(answer, dict) or not self.success.items() <= answer.items():
            raise DeliveryFailed(_t("The gateway did not take the message."), refused=True)

    def _too_slow(self) -> DeliveryFailed:
        return DeliveryFailed(
            _t("The gateway gave no answer within %(seconds)s seconds.") % {"seconds": f"{self.timeout:g}"},
            unreachable=True,
        )

    def close(self) -> None:
        self.client.close()


def greet_mail_server() -> None:
    """Sign in at the mail server and take leave; nothing is sent. Raises `DeliveryFailed`."""
    connection = get_connection()
    try:
        connection.open()
        connection.connection.ehlo_or_helo_if_needed()
        connection.close()
    except OSError as error:  # also what smtplib raises
        raise EmailGateway._away(error) from error


def mask(recipient: str) -> str:
    """`09xxxxx123`, `ngxxxx@example.vn`: enough to recognise one's own, nothing to collect."""
    name, at, domain = recipient.partition("@")
    first, last = name[:2], "" if at else name[-3:]
    if len(name) <= len(first + last):
        first = last = ""
    return first + "x" * (len(name) - len(first + last)) + last + at + domain
