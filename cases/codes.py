"""Dossier codes (mã hồ sơ): agency identifier, day of reception, running number of that day (R6); pure.

`H41.12-261121-0001`: issued in the new style, accepted in both (T16). Digits are ASCII digits, the whole
string must match, and the date must be a real one. Sources: Circular 01/2018 Art 19 (old style), Decision
20/2020/QĐ-TTg (identifiers of the new style), Decree 61/2018 Arts 17.3 and 26, Decree 118/2025 Art 17.3.
"""

import re
from collections.abc import Iterable
from datetime import date

DOSSIER_OLD = r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}-[0-9]{6}-[0-9]{4}"
DOSSIER_NEW = r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,3})*-[0-9]{6}-[0-9]{4,}"

_STYLES = {"old": [re.compile(DOSSIER_OLD)], "new": [re.compile(DOSSIER_NEW)]}
_STYLES[None] = _STYLES["old"] + _STYLES["new"]
_INSIDE = re.compile(rf"(?<![0-9A-Z.])(?:{DOSSIER_OLD}|{DOSSIER_NEW})(?![0-9A-Z])")


def is_dossier_code(value: str, style: str | None = None) -> bool:
    """Whether the value is a dossier code of that style ("old" or "new"), by default of either."""
    return any(pattern.fullmatch(value) for pattern in _STYLES[style]) and _has_real_date(value)


def code_in(text: str) -> str:
    """The first dossier code in what somebody typed or a scanner read, such as the address in a receipt's QR.

    Empty when there is none. Small letters are taken for capital ones: scanners know no shift key.
    """
    found = (match[0] for match in _INSIDE.finditer(text.upper()))
    return next(filter(_has_real_date, found), "")


def _has_real_date(code: str) -> bool:
    day = code.split("-")[1]
    try:
        date(2000 + int(day[:2]), int(day[2:4]), int(day[4:]))
    except ValueError:
        return False
    return True


def compose(identifier: str, day: date, number: int) -> str:
    """The code of the number-th dossier of an agency on a day. Raises ValueError when it would not be one."""
    code = f"{_prefix(identifier, day)}{number:04d}"
    if number < 1 or not is_dossier_code(code):
        raise ValueError(f"{code} is not a dossier code.")
    return code


def highest_number(identifier: str, day: date, codes: Iterable[str]) -> int:
    """The highest running number among the codes of this agency and day; 0 when there is none.

    Codes of other agencies and days, and what is no code at all, are passed over.
    """
    prefix = _prefix(identifier, day)
    return max(
        (
            int(code.removeprefix(prefix))
            for code in codes
            if code.startswith(prefix) and is_dossier_code(code)
        ),
        default=0,
    )


def next_code(identifier: str, day: date, codes: Iterable[str]) -> str:
    """The highest number + 1: a gap in imported codes is not filled, so that no number is used again."""
    return compose(identifier, day, highest_number(identifier, day, codes) + 1)


def _prefix(identifier: str, day: date) -> str:
    return f"{identifier}-{day:%y%m%d}-"
