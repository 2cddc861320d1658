"""`manage.py print_forms`: the seven forms of one dossier in a folder, and what each of them is."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cases import services
from notifications.models import Letter
from tests.cases.helpers import everything
from tests.cast import local
from tests.notifications.builders import text_of

pytestmark = pytest.mark.usefixtures("english")

ALL = [
    "01-receipt.pdf",
    "02-supplement-request.docx",
    "02-supplement-request.pdf",
    "03-refusal.docx",
    "03-refusal.pdf",
    "04-apology.docx",
    "04-apology.pdf",
    "05-stop-notice.docx",
    "05-stop-notice.pdf",
    "06-control-slip.pdf",
    "07-log-book.pdf",
]


def print_forms(code: str, folder: Path) -> dict[str, str]:
    """What the command says of each file."""
    said = io.StringIO()
    call_command("print_forms", code, out=str(folder), stdout=said)
    return dict(line.split(": ", 1) for line in said.getvalue().splitlines())


def page(folder: Path, name: str) -> str:
    return text_of((folder / name).read_bytes())


def test_all_seven_forms_of_a_dossier_are_written(world, tmp_path):
    dossier = world.processing()
    said = print_forms(dossier.code, tmp_path / "new" / "folder")
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == ALL
    assert sorted(said) == ALL
    assert said["01-receipt.pdf"] == "as it stands today"
    assert said["03-refusal.pdf"] == "specimen: this dossier has no such letter"


def test_printing_changes_nothing(world, tmp_path):
    dossier = world.processing()
    before = everything()
    print_forms(dossier.code, tmp_path)
    assert everything() == before


def test_forms_are_named_by_the_numbering_of_today(world, clock, tmp_path):
    clock.move_to("2025-09-12 09:00")
    print_forms(world.receive().code, tmp_path)
    names = sorted(path.name for path in tmp_path.glob("*.pdf"))
    assert names == [
        "01-receipt.pdf",
        "02-supplement-request.pdf",
        "03-refusal.pdf",
        "04-apology.pdf",
        "05-control-slip.pdf",
        "06-log-book.pdf",
        "stop-notice.pdf",
    ]


def test_an_issued_letter_is_the_stored_file(world, tmp_path):
    dossier = world.supplement()
    said = print_forms(dossier.code, tmp_path)
    assert said["02-supplement-request.pdf"] == "issued 01/PBS on 09/11/2026 09:00"
    stored = Letter.objects.get().pdf.open("rb").read()
    assert (tmp_path / "02-supplement-request.pdf").read_bytes() == stored


def test_a_second_request_is_a_second_file(world, clock, tmp_path):
    dossier = world.supplement()
    services.resume(dossier, by=world.clerk)
    services.request_supplement(dossier, by=world.head, reason="Còn thiếu", items=["Văn bản ủy quyền"])
    said = print_forms(dossier.code, tmp_path)
    assert said["02-supplement-request-2.pdf"] == "issued 02/PBS on 09/11/2026 09:00"
    assert "Còn thiếu" in page(tmp_path, "02-supplement-request-2.pdf")


def test_a_drafted_apology_is_a_preview(world, tmp_path):
    dossier = world.processing()
    services.draft_apology(dossier)
    said = print_forms(dossier.code, tmp_path)
    assert said["04-apology.pdf"] == "waits to be issued"
    assert "BẢN NHÁP" in page(tmp_path, "04-apology.pdf")


def test_an_apology_that_was_taken_back_is_not_printed(world, tmp_path):
    dossier = world.processing()
    letter, _created = services.draft_apology(dossier)
    services.cancel_apology(letter, by=world.supervisor, reason="Xong đúng hạn")
    assert print_forms(dossier.code, tmp_path)["04-apology.pdf"].startswith("specimen")


def test_specimens_are_marked_and_have_dots(world, tmp_path):
    print_forms(world.processing().code, tmp_path)
    for name in ("02-supplement-request.pdf", "03-refusal.pdf", "04-apology.pdf", "05-stop-notice.pdf"):
        assert "BẢN NHÁP" in page(tmp_path, name)
        assert "Số: ……/" in page(tmp_path, name)


# --- What stands on them --------------------------------------------------------------------------


def test_r08_receipt_shows_log_book_agencies_limit_and_moments(world, tmp_path):
    dossier = world.receive()
    print_forms(dossier.code, tmp_path)
    receipt = page(tmp_path, "01-receipt.pdf")
    for part in (
        f"Mã hồ sơ: {dossier.code}",
        "UBND phường Thử Nghiệm tiếp nhận hồ sơ của:",
        "Cơ quan giải quyết: UBND phường Thử Nghiệm",
        "Nguyễn Thị Ví Dụ",
        "040000000001",
        "Xóm Thử Nghiệm, Nghệ An",
        "Thời gian giải quyết theo quy định: 3 ngày làm việc",
        "Thời gian nhận hồ sơ: 09:00 ngày 09/11/2026",
        "Thời gian trả kết quả: 17:00 ngày 12/11/2026",
        "Vào Sổ theo dõi hồ sơ: quyển số 01/2026, số thứ tự 01",
    ):
        assert part in receipt


def test_r08_receipt_of_an_authorised_person_names_both(world, tmp_path):
    dossier = world.receive(
        components=world.components(world.free),
        submitter_name="Trần Văn Thử",
        submitter_id_number="040000000009",
        submitter_phone="0900000009",
        authorisation="Giấy ủy quyền số 15/2026",
    )
    print_forms(dossier.code, tmp_path)
    receipt = page(tmp_path, "01-receipt.pdf")
    assert (
        "Người nộp hồ sơ: Trần Văn Thử Số định danh/Giấy tờ: 040000000009 Số điện thoại: 0900000009"
        in receipt
    )
    assert "Người ủy quyền: Nguyễn Thị Ví Dụ" in receipt
    assert "Giấy tờ ủy quyền: Giấy ủy quyền số 15/2026" in receipt


def test_r17_control_slip_has_a_row_for_each_hand_over(world, clock, tmp_path):
    dossier = world.digitized()
    clock.move_to("2026-11-10 10:00")
    services.start(dossier, by=world.officer)
    clock.move_to("2026-11-11 16:00")
    world.record_result(dossier)
    print_forms(dossier.code, tmp_path)
    slip = page(tmp_path, "06-control-slip.pdf")
    assert "1 Nguyễn Thị Ví Dụ Lê Thị Một Cửa, UBND phường Thử Nghiệm 09:00 ngày 09/11/2026" in slip
    assert (
        "2 Lê Thị Một Cửa, UBND phường Thử Nghiệm Phạm Văn Thụ Lý, UBND phường Thử Nghiệm 09:00 ngày "
        "09/11/2026 Đúng hạn Tiếp nhận"
    ) in slip
    assert "16:00 ngày 11/11/2026 Quá hạn Thẩm định" in slip


def test_r17_control_slip_shows_the_way_to_the_applicant_and_back(world, clock, tmp_path):
    dossier = world.supplement()
    clock.move_to("2026-11-11 09:00")
    services.resume(dossier, by=world.clerk)
    print_forms(dossier.code, tmp_path)
    slip = page(tmp_path, "06-control-slip.pdf")
    assert "Phạm Văn Thụ Lý, UBND phường Thử Nghiệm Nguyễn Thị Ví Dụ 09:00 ngày 09/11/2026" in slip
    assert "Nguyễn Thị Ví Dụ Phạm Văn Thụ Lý, UBND phường Thử Nghiệm 09:00 ngày 11/11/2026" in slip
    assert "Đang giải quyết: Phạm Văn Thụ Lý, UBND phường Thử Nghiệm." in slip


def test_r17_control_slip_of_a_dossier_that_was_stopped_ends_where_it_was(world, clock, tmp_path):
    withdrawn, waiting = world.receive(), world.supplement()
    clock.move_to("2026-12-15 09:00")
    services.withdraw(withdrawn, by=world.clerk, reason="Đổi ý")
    services.stop(waiting, by=world.supervisor, reason="Không bổ sung")
    print_forms(withdrawn.code, tmp_path)
    desk = "Lê Thị Một Cửa, UBND phường Thử Nghiệm"
    assert f"2 {desk} 09:00 ngày 15/12/2026 Quá hạn Tiếp nhận" in page(tmp_path, "06-control-slip.pdf")
    print_forms(waiting.code, tmp_path)
    officer = "Phạm Văn Thụ Lý, UBND phường Thử Nghiệm"
    assert f"{officer} Nguyễn Thị Ví Dụ 09:00 ngày 09/11/2026" in page(tmp_path, "06-control-slip.pdf")


def test_r42_log_book_lists_the_receptions_of_the_desk_in_order(world, tmp_path):
    first = world.receive()
    stopped = services.withdraw(world.receive(), by=world.clerk, reason="Đổi ý")
    world.receive(desk=world.other_ward, by=world.outsider_clerk)
    print_forms(first.code, tmp_path)
    book = page(tmp_path, "07-log-book.pdf")
    assert "Quyển số 01, mở ngày 09/11/2026, từ số 01 đến số 02." in book
    assert book.index(f"01 {first.code}") < book.index(f"02 {stopped.code}")
    assert "Sổ này có 02 số, từ số 01 đến số 02." in book


# --- What is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["H41.101-261109-9999", "nonsense", ""])
def test_unknown_code_is_a_sentence(world, tmp_path, code):
    world.submit()  # a filing has no code, and is not found by none
    with pytest.raises(CommandError, match=f"There is no dossier “{code}”") as refused:
        print_forms(code, tmp_path / "new")
    assert refused.value.returncode == 2
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_written_is_a_sentence(world, tmp_path):
    dossier = world.receive()
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CommandError, match="Cannot write into .*Choose a folder that you may write into"):
        print_forms(dossier.code, tmp_path / "file")


def test_a_lost_file_is_a_sentence(world, tmp_path):
    dossier = world.supplement()
    Path(Letter.objects.get().pdf.path).unlink()
    with pytest.raises(CommandError, match="Restore it from the backup"):
        print_forms(dossier.code, tmp_path)


def test_the_code_may_be_typed_in_small_letters(world, tmp_path):
    assert len(print_forms(world.receive().code.lower(), tmp_path)) == 11


def test_a_receipt_of_a_rescheduled_dossier_shows_the_new_date(world, clock, tmp_path):
    dossier = world.processing()
    services.issue_apology(
        dossier, by=world.head, reason="Phải xác minh", new_due_at=local("2026-11-17 17:00")
    )
    print_forms(dossier.code, tmp_path)
    assert "Thời gian trả kết quả: 17:00 ngày 17/11/2026" in page(tmp_path, "01-receipt.pdf")
