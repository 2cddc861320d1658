"""The look-up secret on the receipt: derived, never stored (R40).

HMAC-SHA256 of the dossier's random number under `LOOKUP_KEY`, 50 bits in an alphabet without letters
that look alike. A stolen database copy therefore opens nothing, and a receipt can be printed again.
"""

import hashlib
import hmac
import uuid

from django.conf import settings

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32
_ALIKE = str.maketrans("OIL", "011", "- .")
_LENGTH = 10


def secret_for(dossier_uuid: uuid.UUID, turn: int) -> str:
    """Such as `7K2QD-M0XRA`; a new `turn` makes a new secret."""
    digest = hmac.new(
        settings.LOOKUP_KEY.encode(), f"{dossier_uuid}:{turn}".encode(), hashlib.sha256
    ).digest()
    number = int.from_bytes(digest[:8], "big")
    letters = "".join(_ALPHABET[(number >> (5 * i)) & 31] for i in range(_LENGTH))
    return f"{letters[:5]}-{letters[5:]}"


def secret_of(dossier) -> str:
    return secret_for(dossier.uuid, dossier.secret_turn)


def matches(dossier, given: str) -> bool:
    """Compare in constant time, also for a code that does not exist (`dossier` None): then against nobody's."""
    expected = secret_of(dossier) if dossier else secret_for(uuid.UUID(int=0), 0)
    tidy = given.upper().translate(_ALIKE)
    equal = hmac.compare_digest(tidy.encode(errors="replace"), expected.replace("-", "").encode())
    return equal and dossier is not None
