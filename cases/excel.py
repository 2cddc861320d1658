"""Excel files of lists: written row by row, so that a long list needs no more memory than a short one.

What people typed stays text: a cell that begins with = + - or @ is never a formula, in this program or after
somebody edits it (quote prefix). Moments are real dates of Asia/Ho_Chi_Minh, shown as dd/mm/yyyy hh:mm.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOMENT, DAY = "dd/mm/yyyy hh:mm", "dd/mm/yyyy"
LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONGEST_TEXT = 32_767  # of a cell of Excel
BOLD = Font(bold=True)


def write_list(target, title: str, headers: Iterable[str], rows: Iterable[Iterable], widths=()) -> int:
    """Write one sheet to a path or file; returns the number of rows below the header."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_title(title))
    sheet.freeze_panes = "A2"
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.append([_bold(sheet, header) for header in headers])
    written = 0
    for row in rows:
        sheet.append([cell(sheet, value) for value in row])
        written += 1
    book.save(target)
    return written


def write_book(target, sheets: Iterable[tuple[str, Iterable[tuple]]]) -> int:
    """Write sheets of tables: each a title and `(title, note, headers, rows, widths)`; returns the rows written."""
    book, written, names = Workbook(write_only=True), 0, set()
    for title, tables in sheets:
        sheet = book.create_sheet(_unlike(sheet_title(title), names))
        tables = list(tables)
        for place, width in enumerate(_widest(tables), start=1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        for heading, note, headers, rows, _widths in tables:
            sheet.append([_bold(sheet, heading)])
            if note:
                sheet.append([cell(sheet, note)])
            sheet.append([_bold(sheet, header) for header in headers])
            for row in rows:
                sheet.append([cell(sheet, value) for value in row])
                written += 1
            sheet.append([])
    book.save(target)
    return written


def _widest(tables: list[tuple]) -> list[float]:
    """Column widths that fit every table of a sheet."""
    return [max(found) for found in zip_longest(*(table[4] for table in tables), fillvalue=0)]


def _unlike(title: str, names: set[str]) -> str:
    """Excel wants each sheet to have a name of its own."""
    found, number = title, 2
    while found.casefold() in names:
        found, number = f"{title[:28]} {number}", number + 1
    names.add(found.casefold())
    return found


def cell(sheet, value):
    """The value as Excel should have it: text, a moment, a day, or a number."""
    match value:
        case None | "":
            return None
        case bool() | int() | float():
            return value
        case Decimal():
            return float(value)
        case datetime():
            found = WriteOnlyCell(
                sheet, timezone.localtime(value).replace(tzinfo=None, second=0, microsecond=0)
            )
            found.number_format = MOMENT
            return found
        case date():
            found = WriteOnlyCell(sheet, value)
            found.number_format = DAY
            return found
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))[:LONGEST_TEXT]
    return _text(sheet, text) if text.startswith(LIKE_A_FORMULA) else text


def _text(sheet, text: str) -> WriteOnlyCell:
    """A cell that stays text."""
    found = WriteOnlyCell(sheet, text)
    found.data_type = "s"
    found.quotePrefix = text.startswith(LIKE_A_FORMULA)
    return found


def sheet_title(title: str) -> str:
    """A name that Excel allows for a sheet."""
    return "".join(" " if sign in r"[]:*?/\'" else sign for sign in title).strip()[:31] or "1"


def _bold(sheet, header: str):
    found = _text(sheet, str(header))
    found.font = BOLD
    return found
