"""The list of a group as an Excel file: the template that is handed out, and what came back in it.

The file is from outside and believed nothing: it is measured before it is opened, formulas are not reckoned,
and whatever cannot be read is a sentence for the person who sent it. Headers and explanations are Vietnamese,
whoever downloads them: the file is filled in by a school or a village.
"""

import io
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from cases.errors import BadFile
from cases.excel import cell as written_cell
from cases.excel import sheet_title
from cases.pictures import UNREADABLE
from procedures.models import ProcedureVersion
from procedures.text import fold

MAX_BYTES = 2 * 1024 * 1024  # a list of 500 people has some 60 KB
MAX_UNPACKED = 12 * 1024 * 1024
MAX_PARTS = 200  # files inside the file
LAST_ROW = 20_000  # of the sheet, empty rows too
MOST_COLUMNS = 30
HEADER_WITHIN = 10  # rows; a title may stand above the header
OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # a container of Office before 2007, or around a password

# Methods that `zipfile` unpacks piece by piece; with the others a part comes out whole before it is cut.
MEASURABLE = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# Excel writes UTF-8; its readers would understand the others too.
FORBIDDEN = tuple(
    mark.encode(code) for mark in ("<!DOCTYPE", "<!ENTITY") for code in ("utf-8", "utf-16-le", "utf-16-be")
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list; `header` is what stands above it, `help` what belongs in it."""

    name: str
    header: str
    help: str
    width: int = 20
    required: bool = False
    is_count: bool = False


PERSON = (
    Column(
        "full_name", "Họ và tên", "Bắt buộc. Họ tên chủ hồ sơ, như trên giấy tờ tùy thân.", 30, required=True
    ),
    Column(
        "id_number",
        "Số định danh",
        "Số định danh cá nhân hoặc mã số thuế, nhập dạng văn bản để giữ số 0 ở đầu.",
    ),
    Column("phone", "Số điện thoại", "Nhập dạng văn bản để giữ số 0 ở đầu."),
    Column("email", "Thư điện tử", "Không bắt buộc.", 28),
    Column("address", "Địa chỉ", "Nơi ở hiện nay.", 40),
    Column("subject", "Nội dung", "Nội dung yêu cầu của hồ sơ này, nếu có.", 40),
)
COUNT_HELP = "Số nguyên; bỏ trống thì lấy số chung của cả danh sách."
COUNTS = {
    name: Column(name, header, COUNT_HELP, 12, is_count=True)
    for name, header in {
        "pages": "Số trang",
        "copies": "Số bản",
        "quantity": "Số lượng",
        "documents": "Số văn bản",
        "signatures": "Số chữ ký",
    }.items()
}
IGNORED = frozenset({"stt", "so tt", "tt"})  # the running number that everybody writes before a list
INSTRUCTIONS = (
    "Mỗi dòng là một người và sẽ thành một hồ sơ của thủ tục ghi dưới đây.",
    "Giữ nguyên dòng tiêu đề; không gộp ô, không dùng công thức, không dùng macro.",
    "Các cột số định danh và số điện thoại đã đặt sẵn dạng văn bản; hãy giữ như vậy.",
    "Dòng trống được bỏ qua. Lưu tệp dưới dạng .xlsx.",
)


def columns_of(quantities: list[str]) -> tuple[Column, ...]:
    """The columns of a list whose cases are reckoned with these quantities."""
    others = [
        COUNTS.get(name) or Column(name, name, COUNT_HELP, 12, is_count=True)
        for name in dict.fromkeys(quantities)
    ]
    return (*PERSON, *others)


# --- The template -----------------------------------------------------------------------------


def template(version: ProcedureVersion, columns: tuple[Column, ...]) -> bytes:
    """An empty list for this procedure, with a second sheet that explains the columns."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Danh sách"
    sheet.freeze_panes = "A2"
    for place, column in enumerate(columns, start=1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = column.width
        head = sheet.cell(row=1, column=place, value=column.header)
        head.font = Font(bold=True)
        head.comment = Comment(column.help, "")
        if not column.is_count:
            # Text, so that Excel leaves the zero before a number.
            sheet.column_dimensions[letter].number_format = "@"
            for row in range(2, settings.GROUP_MAX_ROWS + 2):
                sheet.cell(row=row, column=place).number_format = "@"
    _explain(book.create_sheet(sheet_title("Hướng dẫn")), version, columns)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _explain(sheet, version: ProcedureVersion, columns: tuple[Column, ...]) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 90
    most = f"Nhiều nhất {settings.GROUP_MAX_ROWS} người trong một danh sách."
    lines = [
        ("Thủ tục", f"{version.procedure.code} {version.name_vi}"),
        *(("", text) for text in (*INSTRUCTIONS, most)),
        ("Cột", "Cách ghi"),
        *((column.header, column.help) for column in columns),
    ]
    for line in lines:
        sheet.append([written_cell(sheet, text) for text in line])
    for row in sheet.iter_rows():
        row[0].font = Font(bold=True)
        row[1].alignment = Alignment(wrap_text=True, vertical="top")


# --- What came back ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FileRow:
    """One person of the list; `number` is the row of the sheet, `problems` are sentences about its cells."""

    number: int
    values: dict[str, str | int]
    problems: tuple[str, ...] = ()


def read_list(upload, columns: tuple[Column, ...]) -> list[FileRow]:
    """The rows of a list that was filled in, empty ones left out.

    Raises `BadFile` for what is no such list as a whole: another kind of file, too large, with macros, merged
    cells or other headers, or with more than `GROUP_MAX_ROWS` people.
    """
    content = _measured(upload)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its own size is often wrong
        return _rows(sheet.iter_rows(max_col=MOST_COLUMNS), columns)
    except BadFile:
        raise
    except UNREADABLE as error:
        raise _broken() from error


def _measured(upload) -> bytes:
    """The content of a file that it is safe to open: small, also unpacked, and without anything that acts."""
    if upload.size > MAX_BYTES:
        raise BadFile(
            _("The file has %(size)s MB; a list has at most %(most)s MB. Take pictures and other sheets out.")
            % {"size": f"{upload.size / 1024 / 1024:.1f}", "most": MAX_BYTES // 1024 // 1024},
            code="too_large",
            field="file",
        )
    content = upload.read()
    if content.startswith(OLD_OR_LOCKED):
        raise BadFile(
            _(
                "This is an Excel file of the old kind or with a password. Save it as .xlsx without a password."
            ),
            code="old_or_locked",
            field="file",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names:
                raise _no_list()
            if any(part.compress_type not in MEASURABLE for part in parts):
                raise _broken()
            # A part is never unpacked further than to the size that it declares here.
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise BadFile(
                    _("Unpacked, this file is far too large for a list. Copy the list into the template."),
                    code="too_large",
                    field="file",
                )
            _check_harmless(package, parts)
    except BadFile:
        raise
    except UNREADABLE as error:
        raise _no_list() from error
    return content


def _check_harmless(package: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    for part in parts:
        name = part.filename.casefold()
        if name.endswith(".bin") and "vba" in name:
            raise BadFile(
                _("This file has macros. Save the list as .xlsx, without macros."),
                code="macros",
                field="file",
            )
        # Whatever its name: the file itself says which of its parts is the sheet.
        content = package.read(part)
        if any(mark in content for mark in FORBIDDEN):
            raise _broken()
        if name.startswith("xl/worksheets/") and b"mergeCell " in content:
            raise BadFile(
                _("The file has merged cells. Take the merging back: each person has a row of their own."),
                code="merged_cells",
                field="file",
            )


def _rows(lines: Iterator[tuple], columns: tuple[Column, ...]) -> list[FileRow]:
    places: Mapping[int, Column] = {}
    found: list[FileRow] = []
    for number, cells in enumerate(lines, start=1):
        if number > LAST_ROW:
            raise BadFile(
                _("The sheet goes on below row %(last)s. Delete the empty rows below the list.")
                % {"last": LAST_ROW},
                code="too_many_rows",
                field="file",
            )
        if all(_is_empty(cell) for cell in cells):
            continue
        if not places:
            places = _header(number, cells, columns)
        elif row := _row(number, cells, places):
            found.append(row)
        if len(found) > settings.GROUP_MAX_ROWS:
            raise BadFile(
                _("The list has more than %(most)s people. Divide it into several files.")
                % {"most": settings.GROUP_MAX_ROWS},
                code="too_many_rows",
                field="file",
            )
    if not places:
        raise _no_header()
    if not found:
        raise BadFile(_("There is nobody on the list."), code="empty_group", field="file")
    return found


def _header(number: int, cells: tuple, columns: tuple[Column, ...]) -> dict[int, Column]:
    """Which column stands where; nothing while it is only a title above the header."""
    known = {fold(column.header): column for column in columns}
    titles = {place: str(cell.value).strip() for place, cell in enumerate(cells) if not _is_empty(cell)}
    if not any(fold(title) in known for title in titles.values()):
        if number >= HEADER_WITHIN:
            raise _no_header()
        return {}
    names = [fold(title) for title in titles.values()]
    strange = [
        title[:60] for title in titles.values() if fold(title) not in known and fold(title) not in IGNORED
    ]
    missing = [column.header for column in columns if column.required and fold(column.header) not in names]
    twice = [known[name].header for name in known if names.count(name) > 1]
    for headers, sentence in (
        (missing, _("These columns are missing: %(headers)s. Use the template of this procedure.")),
        (strange, _("These columns are not of this list: %(headers)s. Use the template of this procedure.")),
        (twice, _("These columns are there twice: %(headers)s. Leave each only once.")),
    ):
        if headers:
            raise BadFile(sentence % {"headers": "; ".join(headers)}, code="wrong_headers", field="file")
    return {place: known[fold(title)] for place, title in titles.items() if fold(title) in known}


def _row(number: int, cells: tuple, places: Mapping[int, Column]) -> FileRow | None:
    """The person of a row; None where only columns without a name have something."""
    values: dict[str, str | int] = {}
    problems = []
    for place, column in places.items():
        if place >= len(cells) or _is_empty(cells[place]):
            continue
        value, problem = _read(cells[place], column)
        if problem:
            problems.append(
                _("Column “%(column)s”: %(problem)s") % {"column": column.header, "problem": problem}
            )
        else:
            values[column.name] = value
    return FileRow(number, values, tuple(problems)) if values or problems else None


def _is_empty(cell) -> bool:
    return cell.value is None or (isinstance(cell.value, str) and not cell.value.strip())


def _read(cell, column: Column) -> tuple[str | int, str]:
    """What a cell says, and why it cannot be taken; one of the two is empty."""
    value = cell.value
    if cell.data_type == "f":
        return "", _("there is a formula; formulas are not reckoned here. Enter the value itself.")
    if cell.data_type == "e" or isinstance(value, bool) or not isinstance(value, str | int | float | date):
        return "", _("this is neither a text nor a number. Enter it again as text.")
    if column.is_count:
        return _count(value)
    if isinstance(value, date):
        if column.name == "subject":
            return f"{value.date() if isinstance(value, datetime) else value:%d/%m/%Y}", ""
        return "", _("there is a date. Enter what belongs into this column.")
    if not isinstance(value, str):
        return _number_as_text(value, column)
    if hidden := next((sign for sign in value if _is_hidden(sign)), ""):
        return "", _("there is a sign that cannot be seen (U+%(code)s). Type the text again.") % {
            "code": f"{ord(hidden):04X}"
        }
    return " ".join(unicodedata.normalize("NFC", value).split()), ""


def _count(value) -> tuple[str | int, str]:
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdecimal() and len(value) < 10:
        return int(value), ""
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer() and abs(value) < 1e9):
        return int(value), ""
    return "", _("there is no whole number.")


def _number_as_text(value: int | float, column: Column) -> tuple[str, str]:
    if column.name in {"id_number", "phone"}:
        return "", _(
            "it was entered as a number, which loses the zero in front. Format the column as text, then enter it again."
        )
    if column.name in {"full_name", "email"}:
        return "", _("there is only a number.")
    return f"{value:g}" if isinstance(value, float) else str(value), ""


def _is_hidden(sign: str) -> bool:
    """Signs that nobody sees and that turn texts around or end them: controls, direction marks, halves of pairs."""
    return (
        not sign.isspace() and unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co"} and sign not in JOINERS
    )


# Of emoji that are made of several, and between letters of some scripts.
JOINERS = "\u200c\u200d"


def _no_list() -> BadFile:
    return BadFile(
        _("This is not an Excel file (.xlsx). Download the template and fill it in."),
        code="not_excel",
        field="file",
    )


def _broken() -> BadFile:
    return BadFile(
        _("This Excel file cannot be read: it is broken. Copy the list into the template and send that."),
        code="broken",
        field="file",
    )


def _no_header() -> BadFile:
    return BadFile(
        _("The row with the headers is missing. Use the template of this procedure."),
        code="wrong_headers",
        field="file",
    )
