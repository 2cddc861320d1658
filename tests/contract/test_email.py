"""What we rely on at the mail server (docs/integrations.md); a letter goes to an address for tests."""

import threading
from urllib.parse import urlsplit

import pytest

from notifications.channels import Attachment, EmailGateway, Outgoing, greet_mail_server
from notifications.errors import DeliveryFailed
from onestop.simulators.smtp import PASSWORD, USERNAME, MailServer
from tests.contract.sides import REAL, given, new_number, sides

SYSTEM = "EMAIL"


@pytest.fixture(params=sides(SYSTEM, "USERNAME", "PASSWORD", "FROM", "TO"))
def mail_server(request, settings, monkeypatch, tmp_path):
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
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USERNAME, PASSWORD
        trusted = tmp_path / "trusted.pem"
        trusted.write_bytes(server.certificate)
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        yield server
        server.shutdown()
        thread.join()


def letter() -> Outgoing:
    return Outgoing(
        key=new_number(),
        recipient=given(SYSTEM, "TO", "thu@congdan.example"),
        subject="Thư thử kết nối",
        body="Thư thử của Bộ phận Một cửa. Không cần trả lời.\n.\nHết.",
        attachments=(Attachment("thu.pdf", b"%PDF-1.4 thu", "application/pdf"),),
    )


def test_behind_tls_the_right_account_is_let_in(mail_server):
    greet_mail_server()


def test_a_wrong_password_is_not(mail_server, settings):
    settings.EMAIL_HOST_PASSWORD = "khong-phai"
    with pytest.raises(DeliveryFailed) as failed:
        greet_mail_server()
    assert failed.value.unreachable


def test_a_letter_with_its_file_is_taken_also_a_second_time(mail_server):
    told = letter()
    for _time in range(2):
        EmailGateway().send(told)
    if mail_server:
        first, _second = mail_server.taken[f"<{told.key}@onestop.example>"]
        text, file = first.iter_parts()
        assert (first["Subject"], first["To"]) == (told.subject, told.recipient)
        assert text.get_content().splitlines() == told.body.splitlines()
        assert (file.get_filename(), file.get_content()) == ("thu.pdf", b"%PDF-1.4 thu")


@pytest.mark.parametrize("mail_server", ["simulator"], indirect=True)
def test_an_account_is_told_to_nobody_who_is_not_trusted(mail_server, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(DeliveryFailed, match="SSLCertVerificationError"):
        greet_mail_server()
