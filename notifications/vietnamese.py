"""How official Vietnamese documents write numbers, dates and text (Decree 30/2020/NĐ-CP, Annex I); pure."""

import unicodedata
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from notifications.enums import LetterKind

TZ = ZoneInfo("Asia/Ho_Chi_Minh")

DOTS = "……"  # where something is to be written by hand

_SYMBOLS = {
    LetterKind.APOLOGY: "PXL",
    LetterKind.SUPPLEMENT: "PBS",
    LetterKind.REFUSAL: "PTC",
    LetterKind.STOP: "TB-DGQ",
}

# What the fonts inside the Typst wheel can draw; archival PDF refuses any other character.
_DRAWABLE = (
    range(0x20, 0x482),
    range(0x1E00, 0x2000),
    range(0x2010, 0x2041),
    range(0x20A0, 0x20C1),
    range(0x2190, 0x2300),
    range(0x2500, 0x2600),
)
_NOT_DRAWABLE = "□"


def number_text(kind: str, number: int | None) -> str:
    """`12/PXL`; numbers below ten get a zero, a letter without number gets dots to write on."""
    return f"{DOTS if number is None else f'{number:02d}'}/{_SYMBOLS[kind]}"


def long_date(moment: datetime | None) -> str:
    """`ngày 05 tháng 02 năm 2026`: days below ten and the months 1 and 2 get a zero; local time."""
    if moment is None:
        return "ngày …… tháng …… năm ……"
    day = moment.astimezone(TZ)
    month = f"{day.month:02d}" if day.month < 3 else f"{day.month}"
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def hour_and_date(moment: datetime | None) -> str:
    """`17:00 ngày 25/11/2026`; local time, dots when there is none."""
    if moment is None:
        return DOTS
    return moment.astimezone(TZ).strftime("%H:%M ngày %d/%m/%Y")


def short_date(moment: datetime) -> str:
    """`25/11/2026`; local time."""
    return f"{moment.astimezone(TZ):%d/%m/%Y}"


def day_and_hour(moment: datetime) -> str:
    """`25/11/2026 17:00`, for narrow columns; local time."""
    return f"{moment.astimezone(TZ):%d/%m/%Y %H:%M}"


def dong(amount: int) -> str:
    """`15.000 đ`, `-15.000 đ`."""
    return f"{amount:,} đ".replace(",", ".")


def printable(text: str) -> str:
    """The text with composed accents and without what no font of ours can draw.

    Control and invisible characters go, emoji and foreign scripts become `□`: visible, and no reason
    for a letter not to be printed. Line ends stay.
    """
    return "".join(_printable(character) for character in unicodedata.normalize("NFC", text))


def drawable(value):
    """The same texts, lists and dictionaries, every text in them printable."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: drawable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [drawable(item) for item in value]
    return value


@lru_cache(maxsize=4096)  # a log book asks for the same letters a hundred thousand times
def _printable(character: str) -> str:
    if character == "\n":
        return character
    if character in "\t\u2028\u2029":
        return " "
    if unicodedata.category(character) in ("Cc", "Cf", "Cs"):
        return ""
    if unicodedata.category(character) == "Cn" or not any(ord(character) in part for part in _DRAWABLE):
        return _NOT_DRAWABLE
    return character
