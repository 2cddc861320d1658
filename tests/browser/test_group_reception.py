"""A class from an Excel file: looked at, corrected, received, printed."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import press, sees
from tests.cases.test_group_files import excel

HEADER = ["Họ và tên", "Số định danh"]


@pytest.fixture
def lists(tmp_path):
    """The list as the school sent it, and as it was corrected."""
    paths = tmp_path / "lop-5a.xlsx", tmp_path / "lop-5a-sua.xlsx"
    first = ["Trần Văn Thử", "040099000001"]
    paths[0].write_bytes(excel(first, ["Lê Thị Mẫu", 40099000002], header=HEADER))
    paths[1].write_bytes(excel(first, ["Lê Thị Mẫu", "040099000002"], header=HEADER))
    return paths


def test_a_class_is_received_from_a_file_after_its_wrong_row_was_corrected(office, sign_in, lists):
    clerk = sign_in("mot-cua")
    clerk.get_by_role("link", name="Receive a group").first.click()
    clerk.get_by_role("link", name=re.compile("1.000001")).click()
    with clerk.expect_download() as download:
        clerk.get_by_role("link", name=re.compile("Download the template")).click()
    assert download.value.suggested_filename == "danh-sach-1.000001.xlsx"

    clerk.get_by_label("Name of the group").fill("Lớp 5A")
    clerk.get_by_label("List of people (.xlsx)").set_input_files(lists[0])
    clerk.keyboard.press("Control+Enter")
    sees(clerk, "2 dossiers are on the list.", "Row 3", "it was entered as a number, which loses the zero")
    expect(clerk.get_by_role("button", name="Receive all")).to_have_count(0)

    clerk.get_by_label("List of people (.xlsx)").set_input_files(lists[1])
    clerk.keyboard.press("Control+Enter")
    sees(clerk, "All can be received.", "Nothing was saved yet.")
    clerk.keyboard.press("Control+Enter")
    sees(clerk, "2 dossiers are received.", "Lớp 5A", "Trần Văn Thử", "Lê Thị Mẫu")
    expect(clerk.locator("#main tbody tr")).to_have_count(2)

    printing = clerk.get_by_role("link", name="Print all receipts")
    answer = clerk.request.get(printing.get_attribute("href"))
    assert (answer.status, answer.headers["content-type"], answer.body()[:5]) == (
        200,
        "application/pdf",
        b"%PDF-",
    )


def test_one_person_comes_for_two_things(office, sign_in):
    clerk = sign_in("mot-cua")
    clerk.goto("/quan-tri/tiep-nhan-nhom/")
    clerk.keyboard.press("Alt+s")
    clerk.get_by_label("ID or tax number").fill("040099000009")
    clerk.get_by_label("Name of the applicant").fill("Phạm Thị Mẫu")
    clerk.keyboard.press("Alt+1")
    expect(clerk.locator("[name=chosen]:checked")).to_have_count(1)
    clerk.keyboard.press("Alt+2")
    expect(clerk.locator("[name=chosen]:checked")).to_have_count(2)
    press(clerk, "Check the list")
    sees(clerk, "All can be received.", "1.000001", "1.000002", "15.000 đ")
    clerk.keyboard.press("Control+Enter")
    sees(clerk, "2 dossiers are received.", "Phạm Thị Mẫu", "One person, several procedures")
