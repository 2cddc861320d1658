"""Sealed texts: what is kept for a short while and names people, readable only with a key nobody stored."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class Unreadable(ValueError):
    """Sealed under another key, or changed."""


def seal(text: str, *, key: str) -> str:
    """The text encrypted (AES and HMAC, as Fernet does) under `SECRET_KEY` and `key` together."""
    return _fernet(key).encrypt(text.encode()).decode()


def unseal(sealed: str, *, key: str) -> str:
    """What was sealed under the same keys; raises `Unreadable`."""
    try:
        return _fernet(key).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def _fernet(key: str) -> Fernet:
    digest = hmac.new(settings.SECRET_KEY.encode(), f"sealed:{key}".encode(), hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
