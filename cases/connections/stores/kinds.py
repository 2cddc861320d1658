"""Which store has a paper, and what kind of record it is there: by the words of the catalogue; pure."""

import re
from dataclasses import dataclass

from cases.connections.sources import system_of
from cases.connections.stores.facts import RecordKind
from cases.connections.systems import System
from procedures.text import fold

# Parts of a name without accents; the first that fits.
_CIVIL = (
    ("tinh trang hon nhan", RecordKind.MARITAL),
    ("khai tu", RecordKind.DEATH),
    ("chung tu", RecordKind.DEATH),
    ("ket hon", RecordKind.MARRIAGE),
    ("khai sinh", RecordKind.BIRTH),
)
# Also where the catalogue names no source: its content is public, and the office may look instead of asking.
_CERTIFICATE_OF_BUSINESS = re.compile(
    r"(ban (chinh|sao) )?giay chung nhan dang ky (doanh nghiep|ho kinh doanh|kinh doanh)\b"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A store, and what kind of record of it stands for a paper."""

    system: System
    kind: RecordKind


def wanted_for(name: str, source: str) -> Wanted | None:
    """What stands for the component of this Vietnamese name and electronic source; None where no store has it."""
    system = system_of(source)
    if system == System.CIVIL_STATUS:
        kind = civil_kind(name)
        # Without a kind the question would be for every event of a family.
        return Wanted(system, kind) if kind != RecordKind.CIVIL else None
    if system == System.PERSONAL_STORE:
        return Wanted(system, RecordKind.PAPER)
    if system == System.BUSINESS or not source and _CERTIFICATE_OF_BUSINESS.match(fold(name)):
        return Wanted(System.BUSINESS, RecordKind.ENTERPRISE)
    return None


def civil_kind(name: str) -> RecordKind:
    """Which civil status event the paper or result of this name is about."""
    folded = fold(name)
    return next((kind for part, kind in _CIVIL if part in folded), RecordKind.CIVIL)
