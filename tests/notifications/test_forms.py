"""The seven forms as pages: every text in both sets, long names, markup, codes for machines."""

import io
import re
from dataclasses import replace

import pytest
from barcode.charsets import code128
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from notifications.codes import QUIET_ZONE, barcode_svg
from notifications.enums import LetterKind, StopGround
from notifications.payloads import Paper
from notifications.pdf import control_slip_pdf, letter_pdf, log_book_pdf, receipt_pdf
from tests.notifications import golden
from tests.notifications.builders import (
    AT_ONCE,
    NOW,
    PERSON,
    book_row,
    control_slip,
    local,
    log_book,
    receipt,
    refusal,
    stop,
    supplement,
    text_of,
)

LONG_NAME = ("Công ty trách nhiệm hữu hạn một thành viên Ví Dụ và Thử Nghiệm " * 4)[:200].strip()
TEN_PAPERS = tuple(
    Paper(name=(f"Giấy tờ số {number}: bản sao có chứng thực kèm bản vẽ " * 5)[:200].strip(), originals=1)
    for number in range(1, 11)
)
NASTY = '#panic("x") *a* $x^2$ <label> @ref // c /* d */ \\u{48} &amp; </w:t> {{ 7*7 }} {% raw %} %s'


def pages(file: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(file)).pages]


def letter(kind: str, payload) -> bytes:
    return letter_pdf(kind, payload, number=12, signed_at=NOW)


def page_size(file: bytes) -> tuple[int, int]:
    box = PdfReader(io.BytesIO(file)).pages[0].mediabox
    return round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)


# --- Every text -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name_of_set", golden.SETS)
@pytest.mark.parametrize("form", golden.FORMS)
def test_form_says_what_was_approved(settings, form, name_of_set):
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    approved = (golden.FOLDER / f"{form}-{name_of_set}.txt").read_text()
    assert golden.printed(form, name_of_set) + "\n" == approved


def test_every_letter_has_its_symbol():
    symbols = {kind: text_of(letter(kind, make())) for kind, make in AT_ONCE.items()}
    assert "Số: 12/PBS" in symbols[LetterKind.SUPPLEMENT]
    assert "Số: 12/PTC" in symbols[LetterKind.REFUSAL]
    assert "Số: 12/TB-DGQ" in symbols[LetterKind.STOP]


@pytest.mark.parametrize("kind", AT_ONCE)
def test_letters_are_half_sheets(kind):
    assert page_size(letter(kind, AT_ONCE[kind]())) == (148, 210)


def test_log_book_is_a_full_sheet_across():
    assert page_size(log_book_pdf(log_book())) == (297, 210)


def test_stop_notice_without_number_in_the_set_stands_under_its_title_alone():
    form = replace(stop().form, number="")
    printed = text_of(letter(LetterKind.STOP, stop(form=form)))
    assert "Mẫu số" not in printed
    assert "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ" in printed


def test_stop_notice_for_a_missing_supplement_names_when_it_was_asked_for():
    payload = stop(ground=StopGround.NO_SUPPLEMENT, supplement_asked_at=local(2, 9))
    assert (
        "Căn cứ dừng giải quyết: đã hết thời hạn mà người nộp không bổ sung, hoàn thiện hồ sơ theo yêu cầu "
        "lúc 09:00 ngày 02/11/2026."
    ) in text_of(letter(LetterKind.STOP, payload))


def test_stop_notice_of_a_filing_without_code_names_no_reception():
    printed = text_of(letter(LetterKind.STOP, stop(dossier_code="", received_at=None)))
    assert "Mã hồ sơ" not in printed
    assert "Tiếp nhận lúc" not in printed


def test_receipt_of_an_authorised_person_names_both_and_the_paper():
    payload = receipt(
        principal=replace(PERSON, name="Trần Văn Thử"), authorisation="Giấy ủy quyền số 15/2026"
    )
    printed = text_of(receipt_pdf(payload))
    assert "Người nộp hồ sơ: Nguyễn Thị Ví Dụ" in printed
    assert "Người ủy quyền: Trần Văn Thử" in printed
    assert "Giấy tờ ủy quyền: Giấy ủy quyền số 15/2026" in printed


@pytest.mark.parametrize("secret", ["SH26R-6Z5TT", "N9E7R-5MTT2"])
def test_secret_on_the_receipt_is_copied_without_gaps(secret):
    printed = PdfReader(io.BytesIO(receipt_pdf(receipt(look_up_secret=secret)))).pages[0].extract_text()
    assert secret in printed


def test_receipt_of_an_extended_limit_shows_both_appointments():
    payload = receipt(extended_due_at=local(30, 17), extension_reason="Phải xác minh")
    printed = text_of(receipt_pdf(payload))
    assert "Thời gian trả kết quả: 17:00 ngày 25/11/2026" in printed
    assert "Gia hạn, trả kết quả lúc: 17:00 ngày 30/11/2026 Lý do gia hạn: Phải xác minh" in printed


# --- Specimens ------------------------------------------------------------------------------------


def test_a_specimen_has_dots_where_facts_are_missing():
    payload = supplement(items=(), reason="", contact_name="", contact_phone="", signer_name="")
    printed = text_of(letter_pdf(LetterKind.SUPPLEMENT, payload, draft=True))
    assert "BẢN NHÁP" in printed
    assert "1. …… 2. …… 3. …… Lý do: ……" in printed
    assert "Số: ……/PBS" in printed


# --- Long and many --------------------------------------------------------------------------------


def test_receipt_of_ten_long_papers_keeps_all_of_them_and_the_signatures_together():
    long = replace(PERSON, name=LONG_NAME, address=LONG_NAME)
    found = pages(receipt_pdf(receipt(applicant=long, components=TEN_PAPERS, procedure_name=LONG_NAME)))
    assert len(found) <= 3
    whole = " ".join(found)
    assert all(f"Giấy tờ số {number}: bản sao" in whole for number in range(1, 11))
    assert "NGƯỜI NỘP HỒ SƠ (Ký và ghi rõ họ tên) Nguyễn Thị Ví Dụ NGƯỜI TIẾP NHẬN HỒ SƠ" in found[-1]


@pytest.mark.parametrize("kind", AT_ONCE)
def test_letter_with_long_names_keeps_the_signature_whole(kind):
    long = replace(PERSON, name=LONG_NAME, address=LONG_NAME)
    more = {"items": tuple(paper.name for paper in TEN_PAPERS)} if kind == LetterKind.SUPPLEMENT else {}
    payload = AT_ONCE[kind](applicant=long, procedure_name=LONG_NAME, reason=f"{LONG_NAME} " * 8, **more)
    found = pages(letter(kind, payload))
    assert len(found) in (2, 3)
    signature = {"supplement": "NGƯỜI HƯỚNG DẪN", "refusal": "NGƯỜI TIẾP NHẬN HỒ SƠ", "stop": "GIÁM ĐỐC"}
    (page,) = (page for page in found if signature[kind] in page)
    assert payload.signer_name in page.split(signature[kind])[1]


def test_control_slip_repeats_its_head_on_every_page():
    found = pages(control_slip_pdf(control_slip(rows=control_slip().rows * 12)))
    assert len(found) > 1
    assert all("TT Bên giao Bên nhận Thời điểm giao, nhận Kết quả Ghi chú" in page for page in found)
    assert "36" in found[-1]


def test_log_book_repeats_its_head_and_numbers_its_pages():
    found = pages(log_book_pdf(log_book(60)))
    head = "TT Mã hồ sơ Thủ tục hành chính Cá nhân, tổ chức Địa chỉ, số điện thoại"
    assert all(head in page for page in found)
    assert [f"trang {number}/{len(found)}" in page for number, page in enumerate(found, start=1)] == [
        True
    ] * len(found)
    assert "Sổ này có 60 số, từ số 01 đến số 60." in found[-1]


def test_log_book_with_a_long_name_keeps_its_row():
    rows = (book_row(1, applicant=LONG_NAME, procedure=LONG_NAME, address=LONG_NAME), book_row(2))
    printed = text_of(log_book_pdf(log_book(2, rows=rows)))
    assert "01 H41.12-261116-0001" in printed
    assert "02 H41.12-261116-0002 Đăng ký khai sinh" in printed


def test_log_book_that_is_closed_says_so_and_is_signed():
    payload = log_book(closed_at=local(31, 16, 30, month=12), keeper_name="Lê Văn Mẫu")
    printed = text_of(log_book_pdf(payload))
    assert "Sổ này có 03 số, từ số 01 đến số 03. Khóa sổ ngày 31/12/2026." in printed
    assert "NGƯỜI GIỮ SỔ" in printed
    assert "Nghệ An, ngày 31 tháng 12 năm 2026" in printed


def test_log_book_that_is_open_is_not_signed():
    printed = text_of(log_book_pdf(log_book()))
    assert "Khóa sổ" not in printed
    assert "NGƯỜI GIỮ SỔ" not in printed


def test_log_book_of_nothing_says_so():
    printed = text_of(log_book_pdf(log_book(0)))
    assert "Quyển số 01, chưa có số nào." in printed
    assert "Sổ này chưa có số nào." in printed


def test_numbers_run_on_over_the_volumes():
    rows = tuple(book_row(number) for number in (1001, 1002))
    printed = text_of(log_book_pdf(log_book(1002, rows=rows, volume=2)))
    assert "Quyển số 02, mở ngày 16/11/2026, từ số 1001 đến số 1002." in printed
    assert "Sổ này có 1002 số, từ số 01 đến số 1002." in printed


# --- What people type -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "times"),
    [
        (lambda: letter("supplement", supplement(reason=NASTY, items=(NASTY,))), 2),
        (lambda: letter("refusal", refusal(reason=NASTY, applicant=replace(PERSON, address=NASTY))), 2),
        (lambda: letter("stop", stop(reason=NASTY, papers_at=NASTY)), 2),
        (lambda: receipt_pdf(receipt(return_manner=NASTY, extension_reason=NASTY)), 2),
        (lambda: control_slip_pdf(control_slip(held_by=NASTY, lead_unit=NASTY)), 2),
    ],
    ids=["supplement", "refusal", "stop", "receipt", "control slip"],
)
def test_markup_appears_literally(make, times):
    printed = text_of(make()).replace("\u200b", "")
    assert printed.replace(" ", "").count(NASTY.replace(" ", "")) == times


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_breaks_a_letter(name, reason):
    for kind, make in AT_ONCE.items():
        payload = make(applicant=replace(PERSON, name=name, address=name), reason=reason)
        assert letter(kind, payload).startswith(b"%PDF")


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_log_book(text):
    row = book_row(1, applicant=text, procedure=text, address=text, collector=text)
    assert log_book_pdf(log_book(1, rows=(row,))).startswith(b"%PDF")


# --- Codes ----------------------------------------------------------------------------------------


def read_code_128(svg: str) -> str:
    """What a scanner reads: widths of bars to modules, modules to symbols, checked by their sum."""
    bars = [(int(start), int(width)) for start, width in re.findall(r"M(\d+) 0h(\d+)v", svg)]
    modules = ["0"] * (bars[-1][0] + bars[-1][1] - QUIET_ZONE)
    for start, width in bars:
        modules[start - QUIET_ZONE : start - QUIET_ZONE + width] = "1" * width
    text = "".join(modules).removesuffix(code128.STOP + "11")
    values = [code128.CODES.index(text[place : place + 11]) for place in range(0, len(text), 11)]
    start, *symbols, check = values
    assert (start + sum(place * value for place, value in enumerate(symbols, start=1))) % 103 == check
    letters = {value: letter for letter, value in code128.B.items()}
    read, charset = "", {value: name for name, value in code128.START_CODES.items()}[start]
    for value in symbols:
        if (charset, value) in {("B", 99), ("C", 100)}:
            charset = "C" if charset == "B" else "B"
        else:
            read += f"{value:02d}" if charset == "C" else letters[value]
    return read


@pytest.mark.parametrize("code", ["H41.12-261120-0001", "000.00.16.H40-231017-0001", "H44.100-261120-12345"])
def test_bars_hold_the_dossier_code(code):
    assert read_code_128(barcode_svg(code)) == code
