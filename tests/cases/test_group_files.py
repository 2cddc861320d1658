"""The Excel list of a group: what the template says, and that nothing in a file gets past a sentence."""

import io
import struct
import tracemalloc
import zipfile
from datetime import date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from cases import group_files
from cases.errors import BadFile
from cases.group_files import FileRow, columns_of, read_list, template

COLUMNS = columns_of(["pages", "copies"])
HEADERS = [column.header for column in COLUMNS]


@pytest.fixture(autouse=True)
def english_sentences(english):
    """Sentences are compared in English."""


def excel(*rows, header=HEADERS, change=None) -> bytes:
    """A file with these rows below the header; `change` does something to its sheet."""
    book = Workbook()
    for line in ([header] if header else []) + list(rows):
        book.active.append(line)
    if change:
        change(book.active)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def sent(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("lop-5a.xlsx", content)


def read(*rows, **options) -> list[FileRow]:
    return read_list(sent(excel(*rows, **options)), COLUMNS)


def problems_of(*rows) -> list[tuple[str, ...]]:
    return [row.problems for row in read(*rows)]


def refusal(content: bytes) -> tuple[str, str]:
    with pytest.raises(BadFile) as caught:
        read_list(sent(content), COLUMNS)
    assert caught.value.field == "file"
    return caught.value.code, caught.value.sentence


def repacked(content: bytes, **parts: bytes) -> bytes:
    """The same file with these parts added or put in the place of others; `__` is a slash, `_` a dot."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        names = {name.replace("__", "/").replace("_", "."): part for name, part in parts.items()}
        for name in old.namelist():
            if name not in names:
                new.writestr(name, old.read(name))
        for name, part in names.items():
            new.writestr(name, part)
    return buffer.getvalue()


# The template -----------------------------------------------------------------------------------------


def test_template_has_a_list_with_vietnamese_headers_and_a_sheet_that_explains_them(world):
    book = load_workbook(io.BytesIO(template(world.paid.versions.get(), columns_of(["quantity"]))))
    assert book.sheetnames == ["Danh sách", "Hướng dẫn"]
    assert [cell.value for cell in book["Danh sách"][1]] == [
        "Họ và tên",
        "Số định danh",
        "Số điện thoại",
        "Thư điện tử",
        "Địa chỉ",
        "Nội dung",
        "Số lượng",
    ]
    explained = [row[0].value for row in book["Hướng dẫn"].iter_rows()]
    assert explained[0] == "Thủ tục"
    assert explained[-7:] == [cell.value for cell in book["Danh sách"][1]]
    assert book["Hướng dẫn"]["B1"].value == "1.000002 Thủ tục có lệ phí"


def test_template_keeps_the_zero_before_a_number(world):
    book = load_workbook(io.BytesIO(template(world.free.versions.get(), columns_of([]))))
    assert book["Danh sách"]["B2"].number_format == "@"


def test_an_empty_template_is_refused_because_nobody_is_on_it(world):
    content = template(world.free.versions.get(), COLUMNS)
    assert refusal(content) == ("empty_group", "There is nobody on the list.")


# What is read -----------------------------------------------------------------------------------------


def test_rows_come_with_their_number_and_empty_ones_are_left_out():
    assert read(
        ["Trần Văn Thử", "040099000001", "0900000009", "thu@congdan.example", "Xóm Thử", "Học bổng", 2, "3"],
        [None, " "],
        ["  Lê  Thị\tMẫu "],
    ) == [
        FileRow(
            2,
            {
                "full_name": "Trần Văn Thử",
                "id_number": "040099000001",
                "phone": "0900000009",
                "email": "thu@congdan.example",
                "address": "Xóm Thử",
                "subject": "Học bổng",
                "pages": 2,
                "copies": 3,
            },
        ),
        FileRow(4, {"full_name": "Lê Thị Mẫu"}),
    ]


def test_columns_may_come_in_another_order_without_accents_below_a_title_and_with_running_numbers():
    header = ["STT", "so dinh danh", "HỌ VÀ TÊN"]
    found = read(["Danh sách lớp 5A"], header, [1, "040099000001", "Trần Văn Thử"], [2], header=None)
    assert found == [FileRow(3, {"id_number": "040099000001", "full_name": "Trần Văn Thử"})]


def test_a_date_in_the_content_is_written_as_people_write_it():
    assert read(["Lê Thị Mẫu", None, None, None, None, date(2026, 9, 5)])[0].values["subject"] == "05/09/2026"


def test_names_with_emoji_and_of_300_letters_are_for_the_reception_to_judge():
    assert [row.values["full_name"] for row in read(["Lê 👩‍🎓 Mẫu"], ["Đ" * 301])] == [
        "Lê 👩‍🎓 Mẫu",
        "Đ" * 301,
    ]


# A cell that cannot be taken --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (
            ["=HYPERLINK(1)"],
            "Column “Họ và tên”: there is a formula; formulas are not reckoned here. Enter the value itself.",
        ),
        (
            ["Lê Thị Mẫu", 40099000001],
            "Column “Số định danh”: it was entered as a number, which loses the zero in front. "
            "Format the column as text, then enter it again.",
        ),
        (
            ["Lê Thị Mẫu", None, 900000009.0],
            "Column “Số điện thoại”: it was entered as a number, which loses the zero in front. "
            "Format the column as text, then enter it again.",
        ),
        ([12], "Column “Họ và tên”: there is only a number."),
        ([True], "Column “Họ và tên”: this is neither a text nor a number. Enter it again as text."),
        (["#N/A"], "Column “Họ và tên”: this is neither a text nor a number. Enter it again as text."),
        (
            [datetime(2026, 9, 5)],
            "Column “Họ và tên”: there is a date. Enter what belongs into this column.",
        ),
        (
            ["\u202eMẫu Thị Lê"],
            "Column “Họ và tên”: there is a sign that cannot be seen (U+202E). Type the text again.",
        ),
        (["Lê Thị Mẫu", *[None] * 5, 1.5], "Column “Số trang”: there is no whole number."),
        (["Lê Thị Mẫu", *[None] * 5, "hai"], "Column “Số trang”: there is no whole number."),
    ],
)
def test_a_cell_that_cannot_be_taken_is_a_sentence_of_its_row(cells, sentence):
    assert problems_of(["Trần Văn Thử"], cells) == [(), (sentence,)]


def test_every_bad_cell_of_a_row_is_named():
    assert len(problems_of([True, 1, 2])[0]) == 3


# A file that is no list -------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"Ho ten;So\n", b"PK\x03\x04 broken", b"%PDF-1.7", b"MZ\x90\x00"])
def test_another_kind_of_file_is_refused(content):
    assert refusal(content) == (
        "not_excel",
        "This is not an Excel file (.xlsx). Download the template and fill it in.",
    )


def test_another_package_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("word/document.xml", "<w/>")
    assert refusal(buffer.getvalue())[0] == "not_excel"


def test_an_old_file_or_one_with_a_password_is_refused():
    assert refusal(group_files.OLD_OR_LOCKED + bytes(600))[0] == "old_or_locked"


def test_a_large_file_is_refused_unread():
    code, sentence = refusal(bytes(group_files.MAX_BYTES + 1))
    assert (code, sentence[:37]) == ("too_large", "The file has 2.0 MB; a list has at mo")


def test_a_zip_bomb_is_refused_before_it_is_opened():
    bomb = repacked(excel(["Mẫu"]), xl__media__bomb_xml=bytes(group_files.MAX_UNPACKED + 1))
    assert len(bomb) < group_files.MAX_BYTES
    assert refusal(bomb) == (
        "too_large",
        "Unpacked, this file is far too large for a list. Copy the list into the template.",
    )


def declaring(content: bytes, name: str, size: int) -> bytes:
    """The same package, in whose table of contents a part says that it is of this size when unpacked."""
    raw, at = bytearray(content), content.index(b"PK\x01\x02")
    while raw[at + 46 : at + 46 + len(name)] != name.encode():
        at = content.index(b"PK\x01\x02", at + 4)
    struct.pack_into("<I", raw, at + 24, size)
    return bytes(raw)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_way_of_packing_that_cannot_be_measured_is_refused_unpacked(method):
    buffer, sheet = io.BytesIO(), "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(buffer, "w", method) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr(sheet, bytes(group_files.MAX_UNPACKED + 1))
    tracemalloc.start()
    assert refusal(declaring(buffer.getvalue(), sheet, 1000))[0] == "broken"
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 1024 * 1024


def test_macros_are_refused():
    assert refusal(repacked(excel(["Mẫu"]), xl__vbaProject_bin=b"x"))[0] == "macros"


def test_entities_are_refused():
    evil = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><sst/>'
    assert refusal(repacked(excel(["Mẫu"]), xl__sharedStrings_xml=evil))[0] == "broken"
    evil = evil.decode().replace("?>", ' encoding="UTF-16"?>').encode("utf-16")
    assert refusal(repacked(excel(["Mẫu"]), xl__sharedStrings_xml=evil))[0] == "broken"


def test_entities_are_refused_in_a_part_of_any_name():
    evil = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet/>'
    assert refusal(repacked(excel(["Mẫu"]), xl__sheet_dat=evil))[0] == "broken"


def test_merged_cells_are_refused():
    content = excel(["Mẫu"], change=lambda sheet: sheet.merge_cells("A2:B3"))
    assert refusal(content)[0] == "merged_cells"


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (["Số định danh"], "These columns are missing: Họ và tên. Use the template of this procedure."),
        (
            [*HEADERS, "Ngày sinh"],
            "These columns are not of this list: Ngày sinh. Use the template of this procedure.",
        ),
        (["Họ và tên", "ho va ten"], "These columns are there twice: Họ và tên. Leave each only once."),
        (["Name"], "The row with the headers is missing. Use the template of this procedure."),
    ],
)
def test_other_headers_are_refused(header, sentence):
    assert refusal(excel(["Mẫu"], header=header)) == ("wrong_headers", sentence)


def test_more_people_than_a_group_has_are_refused(settings):
    settings.GROUP_MAX_ROWS = 2
    assert len(read(["Một"], ["Hai"])) == 2
    assert refusal(excel(["Một"], ["Hai"], ["Ba"])) == (
        "too_many_rows",
        "The list has more than 2 people. Divide it into several files.",
    )


def test_ten_thousand_rows_are_refused():
    assert refusal(excel(*([f"Người {n}"] for n in range(10_000))))[0] == "too_many_rows"


def test_somebody_far_below_the_list_is_not_lost_in_silence():
    far = excel(["Mẫu"], change=lambda sheet: sheet.cell(row=1_000_000, column=1, value="Xa"))
    assert refusal(far) == (
        "too_many_rows",
        "The sheet goes on below row 20000. Delete the empty rows below the list.",
    )


@given(
    part=st.sampled_from(["xl__workbook_xml", "xl__worksheets__sheet1_xml", "xl__styles_xml"]),
    damage=st.binary(max_size=40),
    place=st.integers(0, 900),
)
@settings(max_examples=150, deadline=None)
def test_a_damaged_file_is_read_or_refused_with_a_sentence(part, damage, place):
    content = excel(["Trần Văn Thử", "040099000001"])
    name = part.replace("__", "/").replace("_", ".")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        text = package.read(name)
    broken = text[:place] + damage + text[place + len(damage) :]
    try:
        read_list(sent(repacked(content, **{part: broken})), COLUMNS)
    except BadFile as error:
        assert str(error.sentence)


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1900, 3, 1)),
    st.text(max_size=400).map(lambda text: ILLEGAL_CHARACTERS_RE.sub("", text)),
    st.sampled_from(["=1+1", "_x0000_", "_xD800_", "#REF!", "\u200f", "😀"]),
)


@given(rows=st.lists(st.lists(CELLS, max_size=len(HEADERS)), min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_the_cells_is_a_value_that_can_be_kept_or_a_sentence(rows):
    try:
        found = read(*rows)
    except BadFile as error:
        assert error.code == "empty_group"
        return
    for row in found:
        assert all(isinstance(value, str | int) for value in row.values.values())
        texts = [value for value in row.values.values() if isinstance(value, str)]
        assert all(text and "\x00" not in text and text.encode() for text in texts)
