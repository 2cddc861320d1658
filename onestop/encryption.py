"""Keys and what is done with them: texts sealed and encrypted at rest, numbers searchable by keyed hash.

Three keys for three uses, so that one may be changed or leak without the others: `FIELD_KEYS` encrypts,
`ID_HASH_KEY` makes the hashes that ID numbers are found by, `AUDIT_KEY` seals the history. None of them is
in the database: a stolen copy of it shows no ID number and cannot be changed unnoticed.
"""

import base64
import binascii
import hashlib
import hmac
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

PREFIX = "k1."  # the form of the ciphertext: k1.<id of the key>.<nonce and text, base64url>
_NONCE_BYTES = 12
_KEY_ID_LENGTH = 8
# Made once: millions of seals are verified in a run.
_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=True, separators=(",", ":"))


class CannotDecrypt(ImproperlyConfigured):
    """What is stored cannot be read with the keys that this installation was given."""


class Unreadable(str):
    """A sentence in the place of what cannot be decrypted, on pages and in lists; never stored, never printed."""


# By what is stored and cannot be read: the reason, and the sentence that stands for it. None: nobody takes one.
_marks: ContextVar[dict[str, tuple[str, str]] | None] = ContextVar("unreadable", default=None)


@contextmanager
def marking_unreadable(where: str) -> Iterator[None]:
    """Meanwhile fields that may be marked are read as `Unreadable` where no key opens them, so that one person's
    data do not keep a page or a list from everybody. At the end each is logged once.
    """
    marks: dict[str, tuple[str, str]] = {}
    token = _marks.set(marks)
    try:
        yield
    finally:
        _marks.reset(token)
        for stored, (reason, _sentence) in marks.items():
            logger.error("%s: a text that ends in %s is shown as unreadable: %s", where, stored[-8:], reason)


def decrypt_or_mark(stored: str, place: str) -> str:
    """As `decrypt`; inside of `marking_unreadable` a sentence instead of the error."""
    try:
        return decrypt(stored, place)
    except CannotDecrypt as error:
        marks = _marks.get()
        if marks is None:
            raise
        sentence = Unreadable(_("cannot be read; tell the administrator"))
        marks[stored] = str(error), sentence
        return sentence


def refuse_unreadable(content: object) -> None:
    """For what becomes a paper: raises `CannotDecrypt` when a mark stands in it, in whichever sentence."""
    marks = _marks.get()
    if not marks:
        return
    text = json.dumps(content, ensure_ascii=False, default=str)
    for reason, sentence in marks.values():
        if sentence in text:
            raise CannotDecrypt(reason)


@lru_cache(maxsize=16)
def _cipher(secret: str) -> tuple[str, AESGCM]:
    """The id that ciphertexts name their key by, and the 256-bit key made from a long random text."""
    key = hashlib.sha256(b"onestop field key\0" + secret.encode()).digest()
    return hashlib.sha256(b"onestop key id\0" + key).hexdigest()[:_KEY_ID_LENGTH], AESGCM(key)


def encrypt(text: str, place: str) -> str:
    """AES-256-GCM under the newest key; bound to its `place` (table and column), where alone it can be read."""
    key_id, cipher = _cipher(settings.FIELD_KEYS[0])
    nonce = os.urandom(_NONCE_BYTES)
    sealed = nonce + cipher.encrypt(nonce, text.encode(), place.encode())
    return f"{PREFIX}{key_id}.{base64.urlsafe_b64encode(sealed).decode()}"


def decrypt(stored: str, place: str) -> str:
    """The text again, by whichever key of the ring wrote it. Raises `CannotDecrypt`."""
    if not stored.startswith(PREFIX):
        raise CannotDecrypt(f"{place} holds a text that is not encrypted. Run “manage.py migrate”.")
    key_id, _dot, sealed = stored.removeprefix(PREFIX).partition(".")
    ciphers = dict(_cipher(secret) for secret in settings.FIELD_KEYS)
    if key_id not in ciphers:
        raise CannotDecrypt(
            f"{place} was encrypted with the key {key_id}, which FIELD_KEYS does not hold. Add that key to "
            "FIELD_KEYS, behind the newest one."
        )
    try:
        raw = base64.urlsafe_b64decode(sealed.encode())
        return ciphers[key_id].decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], place.encode()).decode()
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise CannotDecrypt(
            f"{place} holds a text that was changed or moved there by hand: it cannot be read any more. "
            "Restore it from a backup."
        ) from error


def current_prefix() -> str:
    """What every ciphertext of the newest key begins with."""
    return f"{PREFIX}{_cipher(settings.FIELD_KEYS[0])[0]}."


def key_ids() -> list[str]:
    """The ids of the keys of the ring, newest first, as ciphertexts name them; they tell nothing of the keys."""
    return [_cipher(secret)[0] for secret in settings.FIELD_KEYS]


def keyed_hash(number: str) -> str:
    """What an ID or tax number is found by, however it was typed: HMAC-SHA256, 64 hex digits; none for none."""
    tidy = number.strip().upper()
    if not tidy:
        return ""
    return hmac.new(settings.ID_HASH_KEY.encode(), tidy.encode(), hashlib.sha256).hexdigest()


def canonical(content) -> bytes:
    """JSON-like content as the same bytes whenever it is the same content."""
    return _CANONICAL.encode(content).encode()


def seal(*content) -> str:
    """HMAC-SHA256 of the content under `AUDIT_KEY`, 64 hex digits."""
    return hmac.new(settings.AUDIT_KEY.encode(), canonical(content), hashlib.sha256).hexdigest()
