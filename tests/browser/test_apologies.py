"""The apology screen with the keyboard alone: from the draft to the signed letter, printed and sent."""

import os
import re

import pytest
from playwright.sync_api import expect

from cases.services.apologies import draft_apology
from onestop.demo.signing import connect_signing
from tests.browser.steps import paper_at, sees

SIGNING = ("SIGNING_PKCS12", "SIGNING_PASSPHRASE", "SIGNING_ROOTS")


@pytest.fixture
def key(settings, tmp_path, monkeypatch):
    """A key to sign with, made as the demo makes its own."""
    for name in SIGNING:
        monkeypatch.setenv(name, "")
    assert connect_signing(tmp_path)
    for name in SIGNING:
        setattr(settings, name, os.environ[name])


@pytest.fixture
def letter(office, key):
    """The draft of the dossier that is long overdue."""
    return draft_apology(office.overdue)[0]


def is_posted_preview(request) -> bool:
    """Not the one that came with the page."""
    return request.url.endswith("/xem-truoc/") and request.method == "POST"


def test_from_the_draft_to_the_signed_letter_without_a_mouse(office, letter, sign_in):
    page = sign_in("chu-tich")
    page.goto("/quan-tri/xin-loi/")
    sees(page, "should have gone out: breach", office.overdue.code)

    page.keyboard.press("o")
    sees(page, "Who used the time", "The letter is signed digitally when it is issued.")
    reason = page.get_by_label("Reason")
    expect(reason).to_have_value(re.compile("^Hồ sơ chưa giải quyết xong đúng hạn do bước “Thẩm định”"))
    reason.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Máy chủ hỏng hai ngày.")
    with page.expect_request(is_posted_preview):  # the PDF viewer of Chromium swallows the answer
        page.keyboard.press("Alt+v")

    page.keyboard.press("Alt+s")
    sees(page, "The letter is written; read the preview.")
    expect(reason).to_have_value("Máy chủ hỏng hai ngày.")
    page.keyboard.press("Alt+a")
    sees(page, "The letter is approved; the head of the agency issues it.")

    page.goto(f"/quan-tri/xin-loi/{office.overdue.pk}/")
    page.get_by_label("Reason").focus()
    page.keyboard.press("Control+Enter")
    sees(page, "The letter 01/PXL is issued", "No letter waits.", "Issued, still to be sent")
    printed = paper_at(page, f"/quan-tri/notifications/letter/{letter.pk}/pdf/")
    assert "01/PXL" in printed and "Lý do: Máy chủ hỏng hai ngày." in printed

    with page.expect_popup() as paper:
        page.keyboard.press("p")
    paper.value.close()
    page.keyboard.press("m")
    sees(page, "The letter counts as sent.")
    page.goto(f"/quan-tri/notifications/letter/{letter.pk}/change/")
    sees(page, "signature holds", "Lãnh đạo cơ quan (chữ ký minh họa), Không có giá trị pháp lý")
