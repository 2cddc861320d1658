"""What is posted at a desk: on a page, as a list, and one sheet for each procedure."""

from datetime import date

import pytest
from django.test import Client

from cases.postings import posting_of, procedure_sheet_payload
from notifications.pdf import posting_list_pdf
from notifications.postings import (
    POSTING_LIST,
    DeskFacts,
    PostedField,
    PostedProcedure,
    PostingListPayload,
    posting_list_texts,
)
from procedures.models import ProcedureVersion
from tests.cast import local, make_procedure
from tests.notifications.builders import text_of


@pytest.fixture
def page():
    return Client(headers={"Accept-Language": "en"})


@pytest.fixture
def desk(world) -> str:
    """The address of the ward's own posting."""
    return f"/niem-yet/{world.ward.identifier}/"


def test_a_desk_posts_what_it_receives_as_its_own(world, page, desk):
    make_procedure("1.000030", "Của tỉnh", level="province")
    make_procedure("2.001009", "Đã bãi bỏ", in_force_to=date(2025, 10, 31))
    html = page.get(desk).content.decode()
    assert "1.000001" in html
    assert "1.000002" in html
    assert "1.000030" not in html
    assert "2.001009" not in html


def test_the_list_to_print_has_code_name_limit_fee_level_and_decision(world, page, desk):
    ProcedureVersion.objects.filter(procedure=world.paid).update(
        service_level="full", publication_decision="Quyết định công bố ví dụ"
    )
    answer = page.get(f"{desk}danh-muc.pdf")
    text = text_of(answer.content)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'inline; filename="niem-yet-{world.ward.identifier}.pdf"'
    for part in (
        "DANH MỤC THỦ TỤC HÀNH CHÍNH TIẾP NHẬN TẠI UBND PHƯỜNG THỬ NGHIỆM",
        "Lĩnh vực: Hộ tịch",
        "1.000002",
        "Thủ tục có lệ phí",
        "3 ngày làm việc",
        "15.000 đ",
        "Quyết định công bố ví dụ",
        "Tổng số: 2 thủ tục hành chính.",
        "Có hiệu lực tại ngày 09/11/2026",
    ):
        assert part in text


def test_the_list_is_the_same_file_all_day(world, page, desk, clock):
    first = page.get(f"{desk}danh-muc.pdf")
    clock.move_to("2026-11-09 16:30")
    again = page.get(f"{desk}danh-muc.pdf", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    clock.move_to("2026-11-10 07:30")
    assert page.get(f"{desk}danh-muc.pdf", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_long_posting_costs_no_more_questions_than_a_short_one(world, django_assert_max_num_queries):
    for number in range(10):
        version = make_procedure(f"1.0001{number:02d}", "Cấp giấy").versions.get()
        version.fees.create(name="Lệ phí tỉnh", kind="charge", rule="set_by_province")
    with django_assert_max_num_queries(10):
        posting = posting_of(world.ward.identifier)
        assert [len(guide.fees) for guide in posting.guides] == [0, 1, *[1] * 10]


def test_a_sheet_shows_every_part_of_one_procedure(world, page, desk):
    ProcedureVersion.objects.filter(procedure=world.paid).update(
        order_of_steps_vi="Bước 1: nộp hồ sơ.", has_form=False, legal_basis=["Luật Ví Dụ"]
    )
    text = text_of(page.get(f"{desk}1.000002/to-niem-yet.pdf").content)
    for part in (
        "1. Trình tự thực hiện Bước 1: nộp hồ sơ.",
        "10. Tên mẫu đơn, mẫu tờ khai Không có",
        "11. Yêu cầu, điều kiện Quyết định công bố không nêu",
        "12. Căn cứ pháp lý Luật Ví Dụ",
        "Nơi tiếp nhận: UBND phường Thử Nghiệm",
    ):
        assert part in text


def test_a_sheet_is_vietnamese_whoever_prints_it(world, page):
    posting = posting_of(world.ward.identifier)
    payload = procedure_sheet_payload(posting.desk, posting.guides[0])
    assert payload.name == "Thủ tục không thu phí"
    assert dict(payload.parts)["Cơ quan giải quyết"] == ("Ủy ban nhân dân cấp xã",)
    assert payload.look_up_address.endswith("/thu-tuc/1.000001/")


@pytest.mark.parametrize("identifier", ["H41.999", "H41", "x", "%00", "H41.1001-x"])
def test_what_is_no_desk_posts_nothing(world, page, identifier):
    assert page.get(f"/niem-yet/{identifier}/").status_code == 404
    assert page.get(f"/niem-yet/{identifier}/danh-muc.pdf").status_code == 404


@pytest.mark.parametrize("code", ["1.000030", "1.999999", "x", "%00"])
def test_a_desk_has_no_sheet_of_what_it_does_not_receive(world, page, desk, code):
    make_procedure("1.000030", "Của tỉnh", level="province")
    assert page.get(f"{desk}{code}/to-niem-yet.pdf").status_code == 404


def test_who_asks_for_too_many_sheets_is_told_to_wait(world, page, desk, monkeypatch):
    monkeypatch.setattr("cases.api.throttles.Catalogue.rate", "1/min", raising=False)
    assert page.get(f"{desk}danh-muc.pdf").status_code == 200
    refused = page.get(f"{desk}danh-muc.pdf")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) >= 1


# The sheet itself -----------------------------------------------------------------------------------


def posting(*rows: PostedProcedure) -> PostingListPayload:
    return PostingListPayload(
        form=POSTING_LIST,
        letterhead_upper="UBND tỉnh Ví Dụ",
        agency_name="UBND phường Ví Dụ",
        place="Ví Dụ",
        desk=DeskFacts(name="UBND phường Ví Dụ", opening=("Thứ hai đến thứ sáu",)),
        fields=(PostedField(name="Hộ tịch", procedures=rows),) if rows else (),
        as_of=local("2026-11-09 00:00"),
    )


def test_what_is_not_known_is_not_stated():
    texts = posting_list_texts(posting(PostedProcedure(code="1.000001", name="Thử", limit="", fee="")))
    (field,) = texts["fields"]
    assert field["rows"] == [
        ["1.000001", "Thử", "Quyết định công bố không nêu", "Quyết định công bố không nêu", "–", "–"]
    ]


def test_a_long_list_and_an_empty_one_are_printed():
    nasty = '#panic("x") *a* $x^2$ ' + "Ví dụ rất dài " * 30
    rows = [PostedProcedure(code=f"1.{n:06d}", name=nasty, limit="3 ngày", fee="0 đ") for n in range(80)]
    assert '#panic("x") *a* $x^2$' in text_of(posting_list_pdf(posting(*rows)))
    assert "Tổng số: 0 thủ tục hành chính." in text_of(posting_list_pdf(posting()))
