"""Is this result real? What the register of issued results says to whoever holds one (public page /xac-minh/)."""

import re
from dataclasses import dataclass

from django.db.models import Q

from cases.enums import ResultKind
from cases.models import IssuedResult
from cases.result_codes import LEAST_PROOF_DIGITS

LONGEST_CHAIN = 50  # corrections of corrections that are followed
_PROOF = re.compile(rf"[0-9a-f]{{{LEAST_PROOF_DIGITS},64}}")


@dataclass(frozen=True, slots=True)
class Verified:
    """An issued result, and what became of it since.

    `is_file`: the very file was compared, not only the beginning of its hash. `correction` takes its place;
    `newer` was issued under the same code after this one was taken back.
    """

    issued: IssuedResult
    is_file: bool
    correction: IssuedResult | None
    newer: IssuedResult | None

    @property
    def counts(self) -> bool:
        return self.issued.taken_back_at is None and self.correction is None


def by_code(code: str, proof: str) -> Verified | None:
    """The result of this code, when `proof` begins the hash of one of its files; None tells neither apart.

    The proof has 12 hexadecimal digits at least, as the paper shows them, however they are grouped.
    """
    tidy = re.sub(r"[\s.:-]", "", proof).lower()
    if not _PROOF.fullmatch(tidy):
        return None
    found = _issued().filter(code__in={code.strip(), code.strip().upper()}, sha256__startswith=tidy)
    return _verified(found, is_file=False)


def by_file(sha256: str) -> Verified | None:
    """The result whose file has this hash; None when this office has issued no such file."""
    return _verified(_issued().filter(sha256=sha256), is_file=True)


def _issued():
    return IssuedResult.objects.select_related("agency", "version__procedure").order_by("-pk")


def _verified(found, *, is_file: bool) -> Verified | None:
    issued = found.filter(taken_back_at=None).first() or found.first()
    if issued is None:
        return None
    correction = newer = None
    if issued.kind == ResultKind.GRANTED:
        correction = _what_counts_instead(issued)
    if issued.taken_back_at:
        newer = _issued().filter(code=issued.code, taken_back_at=None).first()
    return Verified(issued, is_file, correction, newer)


def _what_counts_instead(issued: IssuedResult) -> IssuedResult | None:
    """The correction of this result, or of its correction, and so on; None when it counts itself."""
    last = None
    for _step in range(LONGEST_CHAIN):
        following = _correction_of(last or issued)
        if following is None:
            break
        last = following
    return last


def _correction_of(issued: IssuedResult) -> IssuedResult | None:
    """What takes its place: a correction of it, or a later one of the same result, as in the owner's store (R39)."""
    granted = _issued().filter(taken_back_at=None, kind=ResultKind.GRANTED).exclude(code=issued.code)
    takes_its_place = Q(corrects=issued.code)
    if issued.corrects:
        # A signed copy comes later than its result, which is what was first of its code.
        first = (
            IssuedResult.objects.filter(code=issued.code, taken_back_at=None).order_by("pk").first() or issued
        )
        later = IssuedResult.objects.filter(corrects=issued.corrects, taken_back_at=None)
        older = later.filter(pk__lt=first.pk).values("code")
        takes_its_place |= Q(corrects=issued.corrects, pk__gt=first.pk) & ~Q(code__in=older)
    return granted.filter(takes_its_place).first()
