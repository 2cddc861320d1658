"""Signatures by a shared secret, as the gateways of the country use them: HMAC-SHA256 over sorted fields; pure."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from urllib.parse import quote

NAME = re.compile(r"[A-Za-z0-9_.]+")
HALF = re.compile(r"[\ud800-\udfff]")  # of a character; it has no UTF-8


def signed_text(fields: Mapping[str, object], *, without: str) -> str:
    """`a=1&b=x%20y`: by name in the order of bytes, empty ones left out, values percent-encoded in UTF-8."""
    told = {name: _text(value) for name, value in fields.items() if name != without}
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in sorted(told.items()) if value)


def signature(fields: Mapping[str, object], secret: str, *, name: str) -> str:
    """Of all fields but the one called `name`, as 64 small hexadecimal digits."""
    return digest(signed_text(fields, without=name).encode(), secret)


def is_signed(fields: Mapping[str, object], secret: str, *, name: str) -> bool:
    """Whether the field called `name` is the signature of the others; compared in constant time.

    Without a secret nothing is signed: who has none must not take what everybody can write. Nor is what
    `can_be_signed` refuses: names are not encoded, so that `{"a=1&b": "2"}` would have the signature of two fields.
    """
    if not all(can_be_signed(name_, value) for name_, value in fields.items()):
        return False
    given = str(fields.get(name) or "").lower()
    expected = signature(fields, secret, name=name)
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode()) and bool(secret)


def can_be_signed(name: str, value: object) -> bool:
    """Whether a field has one meaning in what is signed."""
    return bool(NAME.fullmatch(name)) and not HALF.search(_text(value))


def digest(content: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def is_digest(given: str, content: bytes, secret: str) -> bool:
    """Whether `given` signs the bytes; in constant time, and never without a secret."""
    fits = hmac.compare_digest(given.lower().encode(errors="replace"), digest(content, secret).encode())
    return fits and bool(secret)


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
