"""One dossier's whole life in the back office, as the people at the desks click it."""

import re

import pytest
from playwright.sync_api import expect

from procedures.enums import ReasonUse
from procedures.models import ReadyReason
from tests.browser.steps import open_dossier, open_paper, paper_at, press, printed, receive, scan, sees


@pytest.fixture
def ready_reason(office):
    return ReadyReason.objects.create(
        use=ReasonUse.SUPPLEMENT, text="Tờ khai chưa ký.", items=["Tờ khai có chữ ký"]
    )


def test_a_dossier_lives_from_reception_to_the_hand_over_of_its_result(office, sign_in, paper, result_paper):
    clerk, officer = sign_in("mot-cua"), sign_in("thu-ly")

    code = receive(clerk, "le phi", "Trần Thị Bịa Ra", button="Receive and print")
    sees(clerk, "Received", "1.000002", "Trần Thị Bịa Ra", "15.000 đ", "0 of 1 scans")
    (receipt,) = printed(clerk)
    assert receipt == clerk.get_by_role("link", name="Receipt", exact=True).get_attribute("href")
    receipt_text = paper_at(clerk, receipt)
    for words in ("Mẫu số 01", code, "Trần Thị Bịa Ra", "Lê Thị Một Cửa"):
        assert words in receipt_text
    clerk.reload()  # is no wish for a second one
    expect(clerk.locator("iframe")).to_have_count(0)
    assert code in open_paper(clerk, "Control slip")

    press(clerk, "Digitized, hand over")
    press(clerk, "Digitized, hand over")
    sees(clerk, "The dossier cannot leave the desk yet: 0 of 1 scans of “Application form”.")
    scan(clerk, paper)
    sees(clerk, "1 of 1 scans", "to-khai.pdf")
    press(clerk, "Digitized, hand over")
    sees(clerk, "Digitized and handed over to UBND phường Thử Nghiệm.")

    open_dossier(officer, code)
    press(officer, "Take over")
    sees(officer, "You have taken the dossier over.", "In process", "Phạm Văn Thụ Lý")
    press(officer, "Request supplement")
    officer.get_by_label("Reason").fill("Thiếu chữ ký")
    officer.get_by_label("What is missing").fill("Tờ khai có chữ ký")
    press(officer, "Request supplement")
    sees(officer, "Waiting for supplement", "the clock stands", "Tờ khai có chữ ký")

    open_dossier(clerk, code)
    request = open_paper(clerk, re.compile("PBS$"))
    assert code in request and "Tờ khai có chữ ký" in request
    press(clerk, "Supplement complete")
    sees(clerk, "The supplement is complete; the limit starts afresh.", "In process")

    open_dossier(officer, code)
    press(officer, "Record result")
    officer.get_by_label("Number of the result").fill("12/KQ")
    officer.get_by_label("Signed by").fill("Trần Văn Lãnh Đạo")
    officer.get_by_label("Result document").set_input_files(result_paper)
    press(officer, "Record result")
    sees(officer, "The result is recorded", "Granted, 12/KQ, Trần Văn Lãnh Đạo")

    open_dossier(clerk, code)
    press(clerk, "Take payment")
    clerk.get_by_label("Amount (VND)").fill("14000")
    press(clerk, "Take payment")
    sees(clerk, "14.000 đ is not what is owed: 15.000 đ. Take exactly that amount.")
    clerk.get_by_label("Amount (VND)").fill("15000")
    press(clerk, "Take payment")
    sees(clerk, "The payment is taken.", "Ready, fees settled", "Still owed settled 0 đ")
    fee_receipt = open_paper(clerk, re.compile("^Fee receipt"))
    assert code in fee_receipt and "15.000" in fee_receipt

    clerk.goto("/quan-tri/tra-ket-qua/")
    clerk.keyboard.type(code)  # as the scanner does
    clerk.keyboard.press("Enter")
    slip = open_paper(clerk, "Hand-over slip")
    assert code in slip and "12/KQ" in slip
    clerk.get_by_label("Identity paper").check()
    press(clerk, "Hand over")
    sees(clerk, f"The result of {code} is handed over.")
    open_dossier(clerk, code)
    sees(clerk, "Returned", "Result handed over to Trần Thị Bịa Ra.")
    expect(clerk.get_by_role("button", name="Withdraw")).to_have_count(0)


def test_the_head_apologises_for_an_overdue_dossier(office, sign_in):
    head = sign_in("chu-tich")
    head.get_by_role("link", name="Overdue now").click()
    sees(head, office.overdue.code, "working days overdue", "Phạm Văn Thụ Lý")
    press(head, f"Draft apology {office.overdue.code}")
    sees(head, "Apology and new return date", "Draft")
    head.get_by_label("Reason").fill("Phải xác minh tại cơ quan khác")
    press(head, "Save the draft")
    sees(head, "The letter is written; read the preview.")
    press(head, "Sign and issue")
    sees(head, "The letter is issued, the due date moved and the applicant told.", "01/PXL", "Issued")
    head.locator(".os-head").get_by_role("link", name=office.overdue.code).click()
    sees(head, "A letter of apology moved the promise to", "In process")
    expect(head.locator(".os-head")).not_to_contain_text("overdue")


def test_a_clerk_receives_without_a_mouse(office, sign_in):
    page = sign_in("mot-cua")
    page.goto("/quan-tri/tiep-nhan/")
    expect(page.locator("#id_q")).to_be_focused()
    page.keyboard.type("khong thu phi")
    expect(page.locator(".os-results a")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("ID or tax number")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Lê Văn Minh Họa")
    page.keyboard.press("Control+Enter")
    sees(page, "Print the receipt for the applicant.", "Lê Văn Minh Họa")


def test_a_double_click_makes_one_dossier(office, sign_in):
    page = sign_in("mot-cua")
    page.goto("/quan-tri/tiep-nhan/?procedure=1.000001")
    page.get_by_label("Name of the applicant").fill("Ngô Thị Nhấp Đúp")
    page.get_by_role("button", name="Receive", exact=True).dblclick()
    sees(page, "Ngô Thị Nhấp Đúp")
    page.goto("/quan-tri/cases/dossier/")
    page.get_by_role("searchbox").fill("nhap dup")
    page.keyboard.press("Enter")
    expect(page.locator("#result_list tbody")).to_have_count(1)


def test_what_was_typed_survives_a_refusal(office, sign_in):
    page = sign_in("mot-cua")
    page.goto("/quan-tri/tiep-nhan/?procedure=1.000001")
    page.get_by_label("Name of the applicant").fill("Đinh Thị Không Mất")
    page.get_by_label("Phone", exact=True).fill("không phải số")
    press(page, "Receive")
    sees(page, "The phone number “không phải số” is not one")
    expect(page.get_by_label("Name of the applicant")).to_have_value("Đinh Thị Không Mất")
    page.get_by_label("Phone", exact=True).fill("0900000777")
    press(page, "Receive")
    sees(page, "Print the receipt for the applicant.")


def test_a_ready_reason_at_reception_is_inserted_as_soon_as_it_is_chosen(office, ready_reason, sign_in):
    page = sign_in("mot-cua")
    page.goto("/quan-tri/tiep-nhan/?procedure=1.000001")
    expect(page.get_by_role("button", name="Insert the reason")).to_be_hidden()
    page.get_by_label("Name of the applicant").fill("Đỗ Thị Thiếu Giấy")
    page.get_by_label("Reason", exact=True).fill("Mong bà thông cảm.")
    page.get_by_label("Ready reasons").select_option(str(ready_reason.pk))
    expect(page.get_by_label("Reason", exact=True)).to_have_value("Mong bà thông cảm.\nTờ khai chưa ký.")
    expect(page.get_by_label("What is missing")).to_have_value("Tờ khai có chữ ký")
    press(page, "Ask to complete")
    sees(page, "The applicant is asked to complete the filing", "Tờ khai chưa ký.")


def test_reception_works_without_javascript(office, sign_in):
    page = sign_in("mot-cua", java_script_enabled=False)
    page.goto("/quan-tri/tiep-nhan/")
    page.locator("#id_q").fill("khong thu phi")
    page.locator("#main button", has_text="Search").click()
    page.locator(".os-results a").first.click()
    page.get_by_label("Name of the applicant").fill("Phan Thị Thuần Túy")
    page.locator("button", has_text="Check the due date").click()
    expect(page.locator("#preview")).to_contain_text("Due")
    page.locator("button[data-main]").click()
    sees(page, "Print the receipt for the applicant.", "Phan Thị Thuần Túy")


def test_the_theme_stays_dark_once_it_was_chosen(office, sign_in):
    page = sign_in("mot-cua")
    page.locator("#header-inner").get_by_text("computer").first.click()
    page.locator("#header-inner").get_by_text("Dark", exact=True).click()
    expect(page.locator("html")).to_have_class("dark")
    page.goto("/quan-tri/cases/dossier/")
    expect(page.locator("html")).to_have_class("dark")
