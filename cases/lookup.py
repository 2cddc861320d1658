"""How the owner of a dossier proves to be the owner (R40): two ways, both compared in constant time.

The look-up secret on the receipt is derived, never stored: HMAC-SHA256 of the dossier's random number under
`LOOKUP_KEY`, 50 bits in an alphabet without letters that look alike. A stolen database copy therefore opens nothing, and a receipt can be printed again.
"""

import hashlib
import hmac
import uuid
from dataclasses import dataclass

from django.conf import settings

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32
_ALIKE = str.maketrans("OIL", "011", "- .")
_LENGTH = 10

SECRET = "secret"
PERSON = "person"
METHODS = (SECRET, PERSON)  # what the parameter `LOOKUP_PROOF` may name
ID_DIGITS = 6
PHONE_DIGITS = 4
_NOBODY = "-" * (ID_DIGITS + PHONE_DIGITS)  # which no digits equal


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody gave to be taken for the owner: the secret, or else ends of ID number and phone."""

    secret: str = ""
    id_end: str = ""
    phone_end: str = ""

    @property
    def method(self) -> str:
        """One of `METHODS`; empty when nothing was given. The secret goes first."""
        return SECRET if self.secret else PERSON if self.id_end or self.phone_end else ""

    @property
    def is_half(self) -> bool:
        """Only one of the two ends was given."""
        return self.method == PERSON and not (self.id_end and self.phone_end)

    def __repr__(self) -> str:
        """Never what was given: this may end in a log."""
        return f"Proof({self.method})"


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


def is_owner(dossier, proof: Proof) -> bool:
    """Whether the proof is this dossier's and of a kind that the office allows; same work for None."""
    fits = matches(dossier, proof.secret) if proof.method == SECRET else matches_person(dossier, proof)
    return fits and proof.method in settings.LOOKUP_PROOF


def matches_person(dossier, proof: Proof) -> bool:
    """The ends of ID number and phone of the applicant, or of who stood at the desk for the applicant.

    The receipt shows both people. Whoever has too few digits is compared as nobody, so that an empty
    field opens nothing.
    """
    given = _ends(proof.id_end, proof.phone_end).encode()  # whole numbers may be typed as well
    people = _people(dossier) if dossier else ("", "")
    fits = [hmac.compare_digest(given, (ends or _NOBODY).encode()) for ends in people]
    return any(fits) and dossier is not None


def _people(dossier) -> tuple[str, str]:
    applicant = dossier.applicant
    return (
        _ends(applicant.id_number, applicant.phone),
        _ends(dossier.submitter_id_number, dossier.submitter_phone),
    )


def _ends(id_number: str, phone: str) -> str:
    """The last digits of both numbers, empty when one of them has too few."""
    number, phone = _digits(id_number), _digits(phone)
    if len(number) < ID_DIGITS or len(phone) < PHONE_DIGITS:
        return ""
    return number[-ID_DIGITS:] + phone[-PHONE_DIGITS:]


def _digits(text: str) -> str:
    return "".join(c for c in text if c in "0123456789")
