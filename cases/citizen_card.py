"""The text of a citizen card's QR (mã QR trên thẻ căn cước) as a hand scanner types it; pure.

`number|old number|name|birth date|sex|address|issue date`, dates as ddmmyyyy. Cards without an old number
leave its field empty or out; what some cards have behind the issue date is left alone.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from cases.errors import Invalid

LONGEST = 1000  # characters; a card has some two hundred
_SEXES = {"nam": "male", "nữ": "female"}


@dataclass(frozen=True, slots=True)
class CitizenCard:
    """What the card says of its holder; `sex` is male or female."""

    number: str
    old_number: str
    name: str
    birth_date: date
    sex: str
    address: str
    issue_date: date


def looks_like_a_card(text: str) -> bool:
    """Whether somebody scanned a card into this field; no name, number or address has such signs."""
    return text.count("|") >= 2


def read_card(text: str, *, today: date) -> CitizenCard:
    """The card behind the scanned text. `Invalid` says, without repeating the text, what is wrong with it."""
    fields = [_tidy(field) for field in text.strip().split("|")] if len(text) <= LONGEST else []
    if len(fields) == 6 or any(c.isalpha() for field in fields[1:2] for c in field):
        fields.insert(1, "")  # no old number has letters: this is the name
    if len(fields) < 7:
        raise _refused(_("it does not have the fields of a card"))
    number, old_number, name, born, sex, address, issued = fields[:7]
    if not re.fullmatch(r"[0-9]{12}", number):
        raise _refused(_("the number on it is not one of twelve digits"))
    if old_number and not re.fullmatch(r"[0-9]{9}|[0-9]{12}", old_number):
        raise _refused(_("the old number on it has neither nine nor twelve digits"))
    if not any(c.isalpha() for c in name) or len(name) > 300:
        raise _refused(_("there is no name on it"))
    if sex.casefold() not in _SEXES:
        raise _refused(_("it does not say whether the holder is a man or a woman"))
    birth_date, issue_date = _day(born), _day(issued)
    if birth_date is None or issue_date is None or not birth_date <= issue_date <= today:
        raise _refused(_("its dates cannot be"))
    if len(address) > 400:
        raise _refused(_("the address on it is too long"))
    return CitizenCard(number, old_number, name, birth_date, _SEXES[sex.casefold()], address, issue_date)


def _tidy(field: str) -> str:
    """One way of writing each accent, no signs that cannot be seen, single blanks."""
    composed = unicodedata.normalize("NFC", field)
    seen = "".join(c if c.isprintable() else " " * c.isspace() for c in composed)
    return " ".join(seen.split())


def _day(text: str) -> date | None:
    if not re.fullmatch(r"[0-9]{8}", text):
        return None
    try:
        return date(int(text[4:]), int(text[2:4]), int(text[:2]))
    except ValueError:
        return None


def _refused(why: str) -> Invalid:
    return Invalid(
        _("This is not the code of a citizen card: %(why)s. Scan it again, or type the data.") % {"why": why},
        code="bad_citizen_card",
        field="card",
    )
