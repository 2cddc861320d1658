"""A word to those who keep the installation, by the mail server at once: the outbox needs workers to empty it."""

from collections.abc import Sequence

from django.core.mail import EmailMessage

from notifications import errors


def tell_operators(recipients: Sequence[str], *, subject: str, body: str) -> None:
    """One e-mail to all of them. Raises `DeliveryFailed` when the mail server does not take it."""
    try:
        EmailMessage(subject=subject, body=body, to=list(recipients)).send()
    except OSError as error:  # what mail servers and sockets raise
        raise errors.DeliveryFailed(str(error)) from error
