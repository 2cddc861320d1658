"""The simulated mail server in this process, for tests."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from onestop.simulators.smtp import HOST, MailServer


@contextmanager
def mail_server(settings, *, wants_account: bool = False) -> Iterator[MailServer]:
    """It answers, and the settings lead to it."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    server = MailServer(port, wants_account=wants_account)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    try:
        yield server
    finally:
        server.stop()
