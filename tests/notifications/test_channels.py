"""Channels: what counts as taken, and what every other answer is called."""

import logging
import smtplib
from types import SimpleNamespace
from uuid import uuid4

import httpx
import pytest
from django.core import mail

from notifications.channels import (
    Attachment,
    ConsoleGateway,
    EmailGateway,
    HttpGateway,
    Outgoing,
    mask,
    open_gateway,
)
from notifications.checks import check_gateways
from notifications.errors import DeliveryFailed
from tests.chaos.mail import MailServer

MESSAGE = Outgoing(
    key=str(uuid4()), recipient="0900000123", subject="Hồ sơ", body="Hồ sơ đã xong: mời đến nhận."
)


def http(provider, behaviour, **options):
    return HttpGateway(provider.url(behaviour), token="not-a-secret", **options)


def test_http_gateway_posts_recipient_text_and_key(provider):
    http(provider, "ok").send(MESSAGE)
    [request] = provider.requests
    assert request["body"] == {"to": "0900000123", "text": MESSAGE.body, "id": MESSAGE.key}
    assert request["headers"]["Authorization"] == "Bearer not-a-secret"
    assert request["headers"]["Idempotency-Key"] == MESSAGE.key


def test_http_gateway_takes_any_2xx_with_the_configured_success(provider):
    http(provider, "accepted", success={"CodeResult": "100"}).send(MESSAGE)
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        ("error", "HTTP 500"),
        ("moved", "HTTP 302"),
        ("html", "not JSON"),
        ("garbage", "not JSON"),
        ("empty", "not JSON"),
        ("list", "did not take"),
        ("refused", "did not take"),
        ("accepted", "did not take"),
        ("huge", "too long"),
        ("packed", "cannot be read .DecodingError."),
    ],
)
def test_any_other_answer_is_a_failure_with_a_sentence(provider, en, behaviour, sentence):
    with pytest.raises(DeliveryFailed, match=sentence) as failure:
        http(provider, behaviour).send(MESSAGE)
    assert not failure.value.unreachable


@pytest.mark.parametrize("behaviour", ["slow", "trickle"])
def test_gateway_that_keeps_us_waiting_is_a_failure(provider, en, behaviour):
    with pytest.raises(DeliveryFailed, match="within 0.3 seconds") as failure:
        http(provider, behaviour, timeout=0.3).send(MESSAGE)
    assert failure.value.unreachable


def test_gateway_that_is_not_there_is_a_failure(provider, en):
    gateway = http(provider, "ok")
    provider.shutdown()
    provider.server_close()
    with pytest.raises(DeliveryFailed, match="could not be reached") as failure:
        gateway.send(MESSAGE)
    assert failure.value.unreachable


def test_redirects_without_end_are_a_failure(provider, en, monkeypatch):
    def turn_round(*args, **options):
        raise httpx.TooManyRedirects("too many")

    gateway = http(provider, "ok")
    monkeypatch.setattr(gateway.client, "stream", turn_round)
    with pytest.raises(DeliveryFailed, match="cannot be read .TooManyRedirects."):
        gateway.send(MESSAGE)


def test_address_that_is_none_is_a_failure_and_the_channel_rests(en):
    with pytest.raises(DeliveryFailed, match="address is not one") as failure:
        HttpGateway("http://sms.example.vn:port/send").send(MESSAGE)
    assert failure.value.unreachable


def test_failure_names_no_recipient_and_no_token(provider):
    for behaviour in ("error", "html", "refused"):
        with pytest.raises(DeliveryFailed) as failure:
            http(provider, behaviour).send(MESSAGE)
        assert "0900000123" not in str(failure.value)
        assert "not-a-secret" not in str(failure.value)


def test_email_carries_subject_text_letter_and_a_stable_id(settings):
    settings.DEFAULT_FROM_EMAIL = "Một cửa <motcua@onestop.example>"
    message = Outgoing(
        key="k1",
        recipient="vidu@example.vn",
        subject="Hồ sơ",
        body="Xin lỗi.",
        attachments=(Attachment("01-PXL.pdf", b"%PDF", "application/pdf"),),
    )
    EmailGateway().send(message)
    [email] = mail.outbox
    assert (email.subject, email.body, email.to) == ("Hồ sơ", "Xin lỗi.", ["vidu@example.vn"])
    assert email.attachments == [("01-PXL.pdf", b"%PDF", "application/pdf")]
    assert email.message()["Message-ID"] == "<k1@onestop.example>"
    assert email.message()["Content-Language"] == "vi"


@pytest.mark.parametrize(
    ("error", "sentence", "unreachable"),
    [
        (smtplib.SMTPRecipientsRefused({}), "refused", False),
        (ConnectionRefusedError(), "could not be reached", True),
        (TimeoutError(), "could not be reached", True),
        (ValueError("line end in header"), "no mail server takes", False),
    ],
)
def test_mail_server_trouble_is_a_failure_with_a_sentence(monkeypatch, en, error, sentence, unreachable):
    def refuse(self, fail_silently=False):
        raise error

    monkeypatch.setattr("notifications.channels.EmailMessage.send", refuse)
    with pytest.raises(DeliveryFailed, match=sentence) as failure:
        EmailGateway().send(MESSAGE)
    assert failure.value.unreachable == unreachable


def test_console_logs_neither_the_text_nor_the_whole_recipient(caplog):
    with caplog.at_level(logging.INFO, logger="notifications.channels"):
        ConsoleGateway("sms").send(MESSAGE)
    assert caplog.messages == [f"sms to 09xxxxx123: {len(MESSAGE.body)} characters ({MESSAGE.key})"]


@pytest.mark.parametrize(
    ("recipient", "masked"),
    [
        ("0900000123", "09xxxxx123"),
        ("+84900000123", "+8xxxxxxx123"),
        ("nguyen@example.vn", "ngxxxx@example.vn"),
        ("ab@example.vn", "xx@example.vn"),
        ("113", "xxx"),
        ("", ""),
    ],
)
def test_mask_shows_the_edges_only(recipient, masked):
    assert mask(recipient) == masked


def test_console_is_used_when_no_gateway_is_configured(settings):
    settings.SMS_GATEWAY_URL = settings.ZALO_GATEWAY_URL = ""
    assert type(open_gateway("sms")) is ConsoleGateway
    assert type(open_gateway("zalo")) is ConsoleGateway
    assert type(open_gateway("email")) is EmailGateway


def test_each_channel_has_its_own_gateway(settings):
    settings.SMS_GATEWAY_URL = "https://sms.example.vn/send"
    settings.ZALO_GATEWAY_URL = "https://zalo.example.vn/send"
    settings.ZALO_GATEWAY_SUCCESS = {"error": 0}
    zalo = open_gateway("zalo")
    assert (open_gateway("sms").url, zalo.url) == (settings.SMS_GATEWAY_URL, settings.ZALO_GATEWAY_URL)
    assert zalo.success == {"error": 0}


def test_settings_in_order_pass_the_checks():
    assert check_gateways(None) == []


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("SMS_GATEWAY_URL", "sms.example.vn/send", "notifications.E001"),
        ("ZALO_GATEWAY_URL", "ftp://zalo.example.vn", "notifications.E001"),
        ("SMS_GATEWAY_SUCCESS", {}, "notifications.E003"),
        ("ZALO_GATEWAY_SUCCESS", ["ok"], "notifications.E003"),
        ("MESSAGE_MAX_ATTEMPTS", 0, "notifications.E002"),
    ],
)
def test_settings_that_would_keep_messages_from_arriving_are_errors(settings, name, value, problem):
    setattr(settings, name, value)
    [error] = check_gateways(None)
    assert error.id == problem
    assert name in error.msg


@pytest.fixture
def mail_server(settings):
    """A real one that behaves as it is told; the program waits for one second."""
    servers = []

    def start(behaviour: str) -> MailServer:
        server = MailServer(SimpleNamespace(choice=lambda _all: behaviour))
        server.start()
        servers.append(server)
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 1
        return server

    yield start
    for server in servers:
        server.close()


@pytest.mark.parametrize(
    ("behaviour", "sentence", "unreachable", "taken"),
    [
        ("slow", "broke off", True, 1),
        ("half", "broke off", True, 1),
        ("busy", "could not be reached", True, 0),
        ("rubbish", "could not be reached", True, 0),
        ("refusing", "refused", False, 0),
        ("full", "refused", False, 0),
        ("twice", "broke off", True, 0),
    ],
)
def test_only_a_clear_word_of_the_mail_server_counts(
    mail_server, en, behaviour, sentence, unreachable, taken
):
    """Of a line that broke after the message it is said that nobody knows."""
    server = mail_server(behaviour)
    with pytest.raises(DeliveryFailed, match=sentence) as failure:
        EmailGateway().send(MESSAGE)
    assert failure.value.unreachable == unreachable
    assert len(server.taken[MESSAGE.key]) == taken


@pytest.mark.parametrize("behaviour", ["well", "goodbye"])
def test_what_the_mail_server_has_taken_stays_sent_whatever_its_goodbye_is(mail_server, behaviour):
    server = mail_server(behaviour)
    EmailGateway().send(MESSAGE)
    assert server.taken[MESSAGE.key] == [behaviour]
