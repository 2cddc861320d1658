"""The printed letter and receipt: everything is on the page, literally, and the page never breaks."""

import io

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from notifications import codes
from notifications.enums import LetterKind
from notifications.forms import Form
from notifications.payloads import Paper, Person
from notifications.pdf import letter_pdf, receipt_pdf
from notifications.vietnamese import _DRAWABLE, printable
from tests.notifications.builders import (
    NEW_DUE,
    NOW,
    OLD,
    OLD_APOLOGY,
    REASON,
    apology,
    local,
    receipt,
    text_of,
)

VOWELS = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ"


def signed(**changes) -> bytes:
    payload = apology(**({"reason": REASON, "new_due_at": NEW_DUE} | changes))
    return letter_pdf(LetterKind.APOLOGY, payload, number=12, signed_at=NOW)


def page_size(file: bytes) -> tuple[int, int]:
    box = PdfReader(io.BytesIO(file)).pages[0].mediabox
    return round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)


@pytest.mark.parametrize(
    "part",
    [
        "ỦY BAN NHÂN DÂN TỈNH NGHỆ AN",
        "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG TỈNH NGHỆ AN",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Số: 12/PXL",
        "Nghệ An, ngày 21 tháng 11 năm 2026",
        "VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN",
        "Kính gửi: Ông Nguyễn Văn Thử Nghiệm",
        "Căn cứ Nghị định số 118/2025/NĐ-CP;",
        "Nguyễn Văn Thử Nghiệm",
        "040099000001",
        "08:15 ngày 16/11/2026",
        "1.001193 – Đăng ký khai sinh có yếu tố nước ngoài",
        "H41.12-261116-0001",
        "17:00 ngày 25/11/2026",
        f"Lý do: {REASON}",
        "17:00 ngày 30/11/2026",
        "đề nghị gia hạn",
        "GIÁM ĐỐC",
        "(Ký, ghi rõ họ tên, đóng dấu)",
        "Trần Thị Ví Dụ",
        "Mẫu số 04 – Thông tư số 03/2025/TT-VPCP",
    ],
)
def test_apology_has_every_field_of_form_04(part):
    assert part in text_of(signed())


def test_old_form_is_a_half_sheet_with_the_old_title_and_asks_for_no_extension():
    letter = signed(form=OLD_APOLOGY)
    assert page_size(letter) == (148, 210)
    assert "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ" in text_of(letter)
    assert "gia hạn" not in text_of(letter)


def test_new_form_is_a_full_sheet():
    assert page_size(signed()) == (210, 297)


def test_every_vietnamese_letter_is_printed():
    letters = " ".join(VOWELS + VOWELS.upper())
    printed = text_of(signed(reason=letters, addressee=letters))
    assert printed.count(letters) == 2  # upright and bold
    assert "Nơi nhận:" in printed


def test_every_character_that_printable_lets_through_can_be_drawn():
    characters = {printable(chr(code)) for part in _DRAWABLE for code in part}
    # Marks need a letter to sit on; the file is archival PDF, so a missing glyph would raise.
    signed(reason=" ".join(f"x{character}" for character in sorted(characters)))


@pytest.mark.parametrize(
    "nasty",
    [
        '#panic("x")',
        "*bold* _slanted_ = heading - item + item / term: x",
        "$x^2$ `code` <label> @reference ~ -- ...",
        "\"double\" 'single' \\ back\\slash \\u{48} \\n",
        '// comment /* comment */ #import "x" {code} [content]',
        "</script> &amp; %s %(x)s {0}",
    ],
)
def test_what_a_person_typed_appears_literally(nasty):
    letter = text_of(signed(reason=nasty, applicant_name=nasty, addressee=nasty))
    assert letter.count(" ".join(nasty.split())) == 3


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=120))
def test_no_text_breaks_the_page(reason, name):
    assert signed(reason=reason, applicant_name=name).startswith(b"%PDF")


def test_long_names_and_reasons_fit_on_one_half_sheet():
    letter = signed(
        form=OLD_APOLOGY,
        reason="Cần xác minh thêm hồ sơ. " * 12,
        applicant_name="Công ty trách nhiệm hữu hạn một thành viên Ví Dụ và Thử Nghiệm " * 2,
        agency_name="Trung tâm Phục vụ hành chính công phường Trường Vinh, tỉnh Nghệ An",
    )
    assert len(PdfReader(io.BytesIO(letter)).pages) == 1


def test_reason_without_blanks_stays_on_the_page():
    letter = signed(form=OLD_APOLOGY, reason="x" * 300)
    assert text_of(letter).replace("\u200b", "").replace(" ", "").count("x" * 300) == 1


def test_missing_facts_leave_no_empty_lines_behind():
    letter = text_of(
        letter_pdf(
            LetterKind.APOLOGY,
            apology(
                letterhead_upper="",
                place="",
                id_number="",
                procedure_code="",
                mechanism_citation="",
                signer_title="",
                signer_name="",
            ),
            draft=True,
        )
    )
    assert "Số định danh" not in letter
    assert "Căn cứ" not in letter
    assert "Thủ tục hành chính: Đăng ký khai sinh" in letter
    assert "Lý do: ……" in letter
    assert "ngày …… tháng …… năm ……" in letter


def test_preview_is_marked_as_draft_and_has_no_number():
    preview = text_of(letter_pdf(LetterKind.APOLOGY, apology(reason=REASON), draft=True))
    assert "BẢN NHÁP" in preview
    assert "Số: ……/PXL" in preview


def test_signed_letter_is_not_marked_as_draft():
    assert "BẢN NHÁP" not in text_of(signed())


def test_same_letter_gives_the_same_bytes():
    assert signed() == signed()


def test_letter_is_archival_pdf_with_a_title():
    reader = PdfReader(io.BytesIO(signed()))
    assert reader.metadata.title == "VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN H41.12-261116-0001"
    assert b"pdfaid:part" in reader.trailer["/Root"]["/Metadata"].get_object().get_data()


@pytest.mark.parametrize(
    "part",
    [
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        "Số: 0001/TTPVHCC",
        "Nghệ An, ngày 20 tháng 11 năm 2026",
        "Mã hồ sơ: H41.12-260",
        "Trung tâm Phục vụ hành chính công tỉnh Nghệ An tiếp nhận hồ sơ của:",
        "Nguyễn Thị Ví Dụ",
        "040099000002",
        "Khối Thử Nghiệm, phường Trường Vinh",
        "0900000123",
        "vidu@example.vn",
        "1.001193 – Đăng ký khai sinh",
        "1 Tờ khai đăng ký khai sinh theo mẫu 1 0",
        "2 Giấy chứng sinh 0 2",
        "01 bộ",
        "03 ngày làm việc",
        "08:15 ngày 20/11/2026",
        "17:00 ngày 25/11/2026",
        "Nhận tại Bộ phận Một cửa",
        "quyển số 01, số thứ tự 17",
        "Lê Văn Mẫu",
        "K7QM42XP",
        "Mẫu số 01 – Thông tư số 03/2025/TT-VPCP",
    ],
)
def test_receipt_has_every_field_of_form_01(part):
    printed = text_of(
        receipt_pdf(receipt(dossier_code="H41.12-260-0001", book_number="01", book_sequence="17"))
    )
    assert part in printed


def test_receipt_names_the_principal_and_the_authorisation_paper():
    printed = text_of(
        receipt_pdf(
            receipt(
                principal=Person(name="Trần Văn Thử", id_number="040099000003"),
                authorisation="Giấy ủy quyền ngày 19/11/2026",
            )
        )
    )
    assert "Người ủy quyền: Trần Văn Thử" in printed
    assert "Giấy tờ ủy quyền: Giấy ủy quyền ngày 19/11/2026" in printed


def test_receipt_without_optional_facts_is_printed():
    printed = text_of(
        receipt_pdf(
            receipt(
                applicant=Person(name="Nguyễn Thị Ví Dụ"),
                components=(),
                due_at=None,
                limit="",
                look_up_secret="",
                form=Form("01", "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", OLD, "a5"),
            )
        )
    )
    assert "Thời gian trả kết quả" not in printed
    assert "Mã bí mật" not in printed
    assert "Email" not in printed


def test_receipt_with_many_papers_goes_on_to_a_second_page():
    papers = tuple(Paper(name=f"Giấy tờ số {number}", originals=1) for number in range(1, 41))
    file = receipt_pdf(receipt(components=papers))
    assert len(PdfReader(io.BytesIO(file)).pages) == 2
    assert "40 Giấy tờ số 40 1 0" in text_of(file)


def test_qr_code_holds_the_public_address_with_the_code_and_no_secret(settings, monkeypatch):
    settings.PUBLIC_URL = "https://motcua.example.vn"
    addresses = []
    make = segno.make
    monkeypatch.setattr(
        codes.segno, "make", lambda address, **options: addresses.append(address) or make(address, **options)
    )
    receipt_pdf(receipt(received_at=local(20, 8)))
    assert addresses == ["https://motcua.example.vn/tra-cuu/?ma=H41.12-261120-0001"]
