"""Letters over SMTP, and what a mail server may do wrong."""

import pytest

from notifications.channels import EmailGateway, Outgoing, greet_mail_server
from notifications.errors import DeliveryFailed
from onestop.simulators import smtp
from onestop.simulators.base import Asked, Fault
from tests.mail import mail_server

LETTER = Outgoing(
    key="thu-1", recipient="nguoi@congdan.example", subject="Đã có kết quả", body="Mời đến nhận."
)


@pytest.fixture
def server(settings, english, monkeypatch):
    settings.EMAIL_TIMEOUT = 1
    monkeypatch.setattr(smtp, "LATE_SECONDS", 1.5)
    monkeypatch.setattr(smtp, "NEVER_SECONDS", 2.0)
    with mail_server(settings) as server:
        yield server


def test_a_letter_is_taken_and_shown(server):
    greet_mail_server()
    EmailGateway().send(LETTER)
    (shown,) = server.answer(Asked("GET", "", {}, {}, b"")).body["letters"]
    assert (shown["To"], shown["Subject"]) == (LETTER.recipient, LETTER.subject)


@pytest.mark.parametrize("fault", [Fault.AWAY, Fault.LATE, Fault.NEVER, *smtp.NO_GREETING])
def test_who_does_not_greet_takes_no_letter(server, fault):
    server.set_fault(fault)
    with pytest.raises(DeliveryFailed, match="could not be reached") as failed:
        greet_mail_server()
    assert failed.value.unreachable
    with pytest.raises(DeliveryFailed):
        EmailGateway().send(LETTER)
    assert not server.letters
    server.set_fault(None)
    EmailGateway().send(LETTER)
    assert len(server.letters) == 1


def test_a_letter_may_be_refused(server):
    server.set_fault(Fault.REFUSE)
    greet_mail_server()
    with pytest.raises(DeliveryFailed) as failed:
        EmailGateway().send(LETTER)
    assert failed.value.refused
    assert not server.letters


@pytest.mark.parametrize("fault", smtp.BREAKS_OFF)
def test_who_takes_it_and_breaks_off_may_get_it_again_under_the_same_number(server, fault):
    server.set_fault(fault, times=1)
    with pytest.raises(DeliveryFailed):
        EmailGateway().send(LETTER)
    EmailGateway().send(LETTER)
    assert len({letter["Message-ID"] for letter in server.letters}) == 1
