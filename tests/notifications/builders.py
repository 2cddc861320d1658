"""Plain builders: letters as the reception desk of Nghệ An would write them, and messages, to invented people."""

import io
import threading
from datetime import datetime, timedelta

from django.db import connection
from pypdf import PdfReader

from notifications.enums import LetterKind
from notifications.forms import Form
from notifications.payloads import (
    ApologyPayload,
    BookRow,
    CertificationPayload,
    ControlSlipPayload,
    LogBookPayload,
    Paper,
    Person,
    ReceiptPayload,
    RefusalPayload,
    RegisterPayload,
    RegisterRow,
    SlipRow,
    StopPayload,
    SupplementPayload,
)
from notifications.services import letters
from notifications.services.messages import enqueue
from notifications.vietnamese import TZ


def local(day: int, hour: int = 0, minute: int = 0, *, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=TZ)


NOW = local(21, 9)
NEW_DUE = local(30, 17)
REASON = "Phải xác minh hộ tịch tại cơ quan khác, nơi chưa trả lời."
HEAD = "Trần Thị Ví Dụ, Giám đốc"


# The forms of both sets, as a caller would give them.
OLD, NEW = "Thông tư số 01/2018/TT-VPCP", "Thông tư số 03/2025/TT-VPCP"
HEAD_OF_SHEET = {
    "letterhead_upper": "Ủy ban nhân dân tỉnh Nghệ An",
    "agency_name": "Trung tâm Phục vụ hành chính công tỉnh Nghệ An",
    "place": "Nghệ An",
}
PROCEDURE = {"procedure_code": "1.001193", "procedure_name": "Đăng ký khai sinh"}
OLD_APOLOGY = Form("04", "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ", OLD, "a5")
NEW_APOLOGY = Form("04", "VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN", NEW, "a4", asks_for_extension=True)
PERSON = Person(
    name="Nguyễn Thị Ví Dụ",
    id_number="040099000002",
    address="Khối Thử Nghiệm, phường Trường Vinh, tỉnh Nghệ An",
    phone="0900000123",
    email="vidu@example.vn",
)


def apology(**changes) -> ApologyPayload:
    values = {
        **HEAD_OF_SHEET,
        "form": NEW_APOLOGY,
        "addressee": "Ông Nguyễn Văn Thử Nghiệm",
        "applicant_name": "Nguyễn Văn Thử Nghiệm",
        "id_number": "040099000001",
        "received_at": local(16, 8, 15),
        "procedure_code": "1.001193",
        "procedure_name": "Đăng ký khai sinh có yếu tố nước ngoài",
        "dossier_code": "H41.12-261116-0001",
        "original_due_at": local(25, 17),
        "signer_title": "Giám đốc",
        "signer_name": "Trần Thị Ví Dụ",
        "mechanism_citation": "Nghị định số 118/2025/NĐ-CP",
    }
    return ApologyPayload(**(values | changes))


def receipt(**changes) -> ReceiptPayload:
    values = {
        **HEAD_OF_SHEET,
        **PROCEDURE,
        "form": Form("01", "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", NEW, "a5"),
        "number": "0001/TTPVHCC",
        "dossier_code": "H41.12-261120-0001",
        "applicant": PERSON,
        "competent_agency": "Ủy ban nhân dân phường Trường Vinh",
        "components": (
            Paper(name="Tờ khai đăng ký khai sinh theo mẫu", originals=1),
            Paper(name="Giấy chứng sinh", copies=2),
        ),
        "received_at": local(20, 8, 15),
        "due_at": local(25, 17),
        "limit": "03 ngày làm việc",
        "return_manner": "Nhận tại Bộ phận Một cửa",
        "receiver_name": "Lê Văn Mẫu",
        "submitter_name": "Nguyễn Thị Ví Dụ",
        "look_up_secret": "K7QM42XP",
    }
    return ReceiptPayload(**(values | changes))


def supplement(**changes) -> SupplementPayload:
    values = {
        **HEAD_OF_SHEET,
        **PROCEDURE,
        "form": Form("02", "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ", NEW, "a5"),
        "dossier_code": "H41.12-261116-0001",
        "applicant": PERSON,
        "items": ("Tờ khai có chữ ký của người yêu cầu", "Bản sao giấy chứng sinh"),
        "reason": "Tờ khai chưa có chữ ký.",
        "contact_name": "Lê Văn Mẫu",
        "contact_phone": "0238 000 000",
        "signer_name": "Lê Văn Mẫu",
        "signer_title": "Chuyên viên",
        "mechanism_citation": "khoản 4 Điều 19 Nghị định số 61/2018/NĐ-CP",
    }
    return SupplementPayload(**(values | changes))


def refusal(**changes) -> RefusalPayload:
    values = {
        **HEAD_OF_SHEET,
        **PROCEDURE,
        "form": Form("03", "PHIẾU TỪ CHỐI TIẾP NHẬN, GIẢI QUYẾT HỒ SƠ", NEW, "a5"),
        "dossier_code": "",
        "applicant": PERSON,
        "filed_at": local(16, 8, 15),
        "reason": "Không thuộc thẩm quyền; đề nghị nộp tại Sở Xây dựng.",
        "signer_name": "Lê Văn Mẫu",
        "mechanism_citation": "khoản 1 Điều 17 Nghị định số 61/2018/NĐ-CP",
    }
    return RefusalPayload(**(values | changes))


def stop(**changes) -> StopPayload:
    values = {
        **HEAD_OF_SHEET,
        **PROCEDURE,
        "form": Form("05", "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ", NEW, "a5"),
        "dossier_code": "H41.12-261116-0001",
        "applicant": PERSON,
        "received_at": local(16, 8, 15),
        "ground": "withdrawal",
        "reason": "Người nộp đổi ý.",
        "stopped_at": NOW,
        "signer_title": "Giám đốc",
        "signer_name": "Trần Thị Ví Dụ",
        "mechanism_citation": "Điều 21 Nghị định số 118/2025/NĐ-CP",
        "papers_at": "Bộ phận Một cửa phường Trường Vinh",
    }
    return StopPayload(**(values | changes))


def control_slip(**changes) -> ControlSlipPayload:
    desk, officer = "Lê Văn Mẫu, Trung tâm Phục vụ hành chính công", "Phạm Thị Thử, Sở Tư pháp"
    values = {
        **HEAD_OF_SHEET,
        **PROCEDURE,
        "form": Form("06", "PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ", NEW, "a5"),
        "dossier_code": "H41.12-261116-0001",
        "lead_unit": "Sở Tư pháp",
        "cooperating_units": ("Công an tỉnh", "Sở Y tế"),
        "received_at": local(16, 8, 15),
        "due_at": local(25, 17),
        "rows": (
            SlipRow(handed_by="Nguyễn Thị Ví Dụ", received_by=desk, at=local(16, 8, 15)),
            SlipRow(
                handed_by=desk, received_by=officer, at=local(16, 10), result="on_time", note="Tiếp nhận"
            ),
            SlipRow(handed_by=officer, received_by=desk, at=local(20, 9), result="late", note="Thẩm định"),
        ),
        "held_by": desk,
    }
    return ControlSlipPayload(**(values | changes))


def book_row(number: int = 1, **changes) -> BookRow:
    values = {
        "number": number,
        "dossier_code": f"H41.12-261116-{number:04d}",
        "procedure": "Đăng ký khai sinh",
        "applicant": "Nguyễn Thị Ví Dụ",
        "address": "Khối Thử Nghiệm, phường Trường Vinh",
        "phone": "0900000123",
        "lead_agency": "Ủy ban nhân dân phường Trường Vinh",
        "received_at": local(16, 8, 15),
        "due_at": local(19, 17),
        "returned_at": local(19, 9, 5),
        "manner": "Tại quầy",
        "collector": "Nguyễn Thị Ví Dụ",
    }
    return BookRow(**(values | changes))


def log_book(numbers: int = 3, **changes) -> LogBookPayload:
    values = {
        **HEAD_OF_SHEET,
        "form": Form("07", "SỔ THEO DÕI HỒ SƠ", NEW, "a4"),
        "year": 2026,
        "volume": 1,
        "last_number": numbers,
        "rows": tuple(book_row(number) for number in range(1, numbers + 1)),
        "signer_title": "Giám đốc",
        "signer_name": "Trần Thị Ví Dụ",
    }
    return LogBookPayload(**(values | changes))


# What is issued at once, by kind.
AT_ONCE = {LetterKind.SUPPLEMENT: supplement, LetterKind.REFUSAL: refusal, LetterKind.STOP: stop}


def issued_at_once(kind=LetterKind.SUPPLEMENT, *, reference="H41.12-261116-0001", key="ho-so:1", **changes):
    return letters.issue_at_once(
        kind,
        agency_identifier=changes.pop("agency", "H41.12"),
        reference=reference,
        cycle=1,
        payload=AT_ONCE[kind](dossier_code=reference, **changes),
        by="Lê Văn Mẫu",
        key=key,
    )


def drafted(*, agency="H41.12", reference="H41.12-261116-0001", cycle=1, **changes):
    payload = apology(dossier_code=reference, **changes)
    letter, created = letters.draft_letter(
        LetterKind.APOLOGY, agency_identifier=agency, reference=reference, cycle=cycle, payload=payload
    )
    assert created
    return letter


def prepared(**changes):
    letter = drafted(**changes)
    return letters.prepare(letter, reason=REASON, new_due_at=NEW_DUE, payload=letter.content)


def approved(**changes):
    return letters.approve(prepared(**changes), by=HEAD)


def issued(**changes):
    letter = approved(**changes)
    return letters.issue(letter, by=HEAD, payload=letter.content)


def certification(**changes) -> CertificationPayload:
    values = {
        **HEAD_OF_SHEET,
        "form": Form("", "LỜI CHỨNG CHỨNG THỰC CHỮ KÝ", "", "a5"),
        "number": 12,
        "number_label": "Số chứng thực",
        "book": "01/2026-SCT/CK,ĐC",
        "sentences": ("Hồi 09:00 ngày 21/11/2026, tại phường Ví Dụ,", "Tôi Trần Thị Ví Dụ chứng thực."),
        "person": PERSON,
        "paper": "Giấy ủy quyền",
        "pages": 2,
        "copies": 1,
        "certified_at": NOW,
        "signer_name": "Trần Thị Ví Dụ",
        "signer_role": "NGƯỜI THỰC HIỆN CHỨNG THỰC",
        "signer_title": "PHÓ CHỦ TỊCH",
        "receiver_name": "Lê Văn Mẫu",
        "dossier_code": "H41.12-261121-0001",
    }
    return CertificationPayload(**(values | changes))


def register_row(**changes) -> RegisterRow:
    values = {
        "number": 1,
        "at": NOW,
        "person": PERSON.name,
        "paper": "Giấy khai sinh",
        "signer": "Trần Thị Ví Dụ",
        "pages": 4,
        "copies": 2,
        "amount": 12_000,
        "dossier_code": "H41.12-261121-0001",
    }
    return RegisterRow(**(values | changes))


def register(**changes) -> RegisterPayload:
    values = {
        **HEAD_OF_SHEET,
        "form": Form("", "SỔ CHỨNG THỰC BẢN SAO TỪ BẢN CHÍNH", "", "a4"),
        "year": 2026,
        "volume": 1,
        "book": "01/2026-SCT/BS",
        "last_number": 2,
        "rows": (register_row(), register_row(number=2, paper="Thẻ căn cước")),
        "closed_at": local(4, 9, month=1, year=2027),
        "keeper_name": "Lê Văn Mẫu",
        "signer_title": "Giám đốc",
        "signer_name": "Trần Thị Ví Dụ",
    }
    return RegisterPayload(**(values | changes))


def text_of(pdf: bytes) -> str:
    """What can be read and searched in a PDF, blanks squeezed."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def in_parallel(*works) -> list:
    """Results of all functions, run at the same moment, each on a database connection of its own."""
    barrier = threading.Barrier(len(works))
    results = [None] * len(works)

    def run(position, work):
        barrier.wait()
        try:
            results[position] = work()
        except Exception as error:  # noqa: BLE001 - handed to the test, which compares it
            results[position] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def sms(event="due:1", recipient="0900000123", **values):
    return enqueue(
        event,
        **(
            {
                "channel": "sms",
                "recipient": recipient,
                "subject": "Hồ sơ",
                "body": "Hồ sơ đã xong: mời đến nhận.",
                "language": "vi",
                "reference": "H41.12-261116-0001",
            }
            | values
        ),
    )


def minutes(number: int):
    return NOW + timedelta(minutes=number)
