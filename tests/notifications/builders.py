"""Plain builders: an apology as the reception desk of Nghệ An would write it, to an invented person."""

import io
import threading
from datetime import datetime

from django.db import connection
from pypdf import PdfReader

from notifications.enums import LetterKind
from notifications.forms import apology_form, receipt_form
from notifications.payloads import ApologyPayload, Paper, Person, ReceiptPayload
from notifications.services import letters
from notifications.vietnamese import TZ


def local(day: int, hour: int = 0, minute: int = 0, *, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=TZ)


NOW = local(21, 9)
NEW_DUE = local(30, 17)
REASON = "Phải xác minh hộ tịch tại cơ quan khác, nơi chưa trả lời."
HEAD = "Trần Thị Ví Dụ, Giám đốc"


def apology(**changes) -> ApologyPayload:
    values = {
        "form": apology_form("03/2025"),
        "letterhead_upper": "Ủy ban nhân dân tỉnh Nghệ An",
        "agency_name": "Trung tâm Phục vụ hành chính công tỉnh Nghệ An",
        "place": "Nghệ An",
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
        "form": receipt_form("03/2025"),
        "letterhead_upper": "Ủy ban nhân dân tỉnh Nghệ An",
        "agency_name": "Trung tâm Phục vụ hành chính công tỉnh Nghệ An",
        "place": "Nghệ An",
        "number": "0001/TTPVHCC",
        "dossier_code": "H41.12-261120-0001",
        "applicant": Person(
            name="Nguyễn Thị Ví Dụ",
            id_number="040099000002",
            address="Khối Thử Nghiệm, phường Trường Vinh, tỉnh Nghệ An",
            phone="0900000123",
            email="vidu@example.vn",
        ),
        "procedure_code": "1.001193",
        "procedure_name": "Đăng ký khai sinh",
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
