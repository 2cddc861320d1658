"""What a store of papers is told; pure."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class HandIn(TextChoices):
    """What became of a result that a store is to have."""

    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    REFUSED = "refused", _("Refused by the other side")


@dataclass(frozen=True, slots=True)
class Result:
    """A result as its owner keeps it; `code` is the result code by which a store knows it."""

    code: str
    owner: str
    name: str
    procedure: str
    number: str
    issued_on: date | None
    signer: str
    valid_until: date | None
    file_name: str
    mime_type: str
    sha256: str
    content: bytes


class ResultStore(Protocol):
    """Whoever takes results: each adapter of a system is one."""

    def put(self, result: Result) -> str:
        """Hand the result in and return the store's receipt; safe to repeat. Raises `OutsideError`."""

    def sign_of_life(self) -> None:
        """Ask for something that changes nothing. Raises `OutsideError`."""
