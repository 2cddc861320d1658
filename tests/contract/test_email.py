"""What we rely on at the mail server (docs/integrations.md); a letter goes to an address for tests."""

from urllib.parse import urlsplit

import pytest

from notifications.channels import Attachment, EmailGateway, Outgoing, greet_mail_server
from notifications.errors import DeliveryFailed
from onestop.simulators.smtp import PASSWORD, USERNAME, certificate_of_this_process
from tests.contract.sides import REAL, given, new_number, sides
from tests.mail import mail_server

SYSTEM = "EMAIL"


@pytest.fixture(params=sides(SYSTEM, "USERNAME", "PASSWORD", "FROM", "TO"))
def side(request, settings, monkeypatch, tmp_path):
    """The settings lead to that side; yields the simulator, and None for the real one."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = True, 20
    if request.param == REAL:
        where = urlsplit(given(SYSTEM, "URL"))
        settings.EMAIL_HOST, settings.EMAIL_PORT = where.hostname, where.port or 587
        settings.EMAIL_HOST_USER = given(SYSTEM, "USERNAME")
        settings.EMAIL_HOST_PASSWORD = given(SYSTEM, "PASSWORD")
        settings.DEFAULT_FROM_EMAIL = given(SYSTEM, "FROM")
        yield None
        return
    with mail_server(settings, wants_account=True) as server:
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USERNAME, PASSWORD
        trusted = tmp_path / "trusted.pem"
        trusted.write_bytes(certificate_of_this_process()[0])
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        yield server


def letter() -> Outgoing:
    return Outgoing(
        key=new_number(),
        recipient=given(SYSTEM, "TO", "thu@congdan.example"),
        subject="Thư thử kết nối",
        body="Thư thử của Bộ phận Một cửa. Không cần trả lời.\n.\nHết.",
        attachments=(Attachment("thu.pdf", b"%PDF-1.4 thu", "application/pdf"),),
    )


def test_behind_tls_the_right_account_is_let_in(side):
    greet_mail_server()


def test_a_wrong_password_is_not(side, settings):
    settings.EMAIL_HOST_PASSWORD = "khong-phai"
    with pytest.raises(DeliveryFailed) as failed:
        greet_mail_server()
    assert failed.value.unreachable


def test_a_letter_with_its_file_is_taken_also_a_second_time(side):
    told = letter()
    for _time in range(2):
        EmailGateway().send(told)
    if side:
        first, second = side.letters
        assert first["Message-ID"] == second["Message-ID"] == f"<{told.key}@onestop.example>"
        text, file = first.iter_parts()
        assert (first["Subject"], first["To"]) == (told.subject, told.recipient)
        assert text.get_content().splitlines() == told.body.splitlines()
        assert (file.get_filename(), file.get_content()) == ("thu.pdf", b"%PDF-1.4 thu")


@pytest.mark.parametrize("side", ["simulator"], indirect=True)
def test_an_account_is_told_to_nobody_who_is_not_trusted(side, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(DeliveryFailed, match="SSLCertVerificationError"):
        greet_mail_server()
