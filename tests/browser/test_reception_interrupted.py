"""The reception while the server is slow, fails or is away: nothing typed is lost, and there is one dossier."""

import pytest
from playwright.sync_api import expect

from tests.browser.steps import press, sees

PAGE = "/quan-tri/tiep-nhan/?procedure=1.000001"


@pytest.fixture
def at_reception(office, sign_in):
    def opened():
        page = sign_in("mot-cua")
        page.goto(PAGE)
        expect(page.locator("#preview")).to_contain_text("Due")
        return page

    return opened


def test_what_is_typed_during_a_look_up_stays_and_so_does_the_cursor(at_reception):
    page = at_reception()
    waiting = []
    page.route("**/tiep-nhan/", lambda route: waiting.append(route))
    page.keyboard.type("040000000001")  # of somebody with an address and a phone
    with page.expect_request("**/tiep-nhan/"):
        page.keyboard.press("Enter")
    page.locator("#id_phone").fill("0900000777")
    page.locator("#id_full_name").focus()
    page.keyboard.type("Tran Vn Thu")
    for _sign in range(5):
        page.keyboard.press("ArrowLeft")
    waiting[0].continue_()
    expect(page.locator("#people")).to_contain_text("Nguyễn Thị Ví Dụ")
    page.keyboard.type("a")
    expect(page.locator("#id_full_name")).to_have_value("Tran Van Thu")
    expect(page.locator("#id_phone")).to_have_value("0900000777")


def test_a_look_up_fills_in_what_nobody_typed_meanwhile(at_reception):
    page = at_reception()
    page.locator("#id_full_name").fill("Ai đó")
    page.locator("#id_id_number").fill("040000000001")
    page.keyboard.press("Enter")
    expect(page.locator("#id_full_name")).to_have_value("Nguyễn Thị Ví Dụ")


def test_a_reception_without_connection_is_sent_again_and_becomes_one_dossier(at_reception):
    page = at_reception()
    page.locator("#id_full_name").fill("Lò Thị Mất Mạng")
    page.context.set_offline(True)
    press(page, "Receive")
    sees(page, "The connection is away. Nothing you typed is lost")
    page.locator("#id_phone").fill("0900000777")
    page.context.set_offline(False)
    expect(page.locator("#draft-state")).to_contain_text("Draft kept at")
    expect(page.locator("#reception-lost")).to_be_hidden()
    press(page, "Receive")
    sees(page, "Print the receipt for the applicant.", "Lò Thị Mất Mạng")
    page.goto("/quan-tri/cases/dossier/")
    page.get_by_role("searchbox").fill("mat mang")
    page.keyboard.press("Enter")
    expect(page.locator("#result_list tbody")).to_have_count(1)
    page.goto("/quan-tri/tiep-nhan/")
    expect(page.get_by_role("link", name="Continue")).to_have_count(0)


def test_an_answer_that_was_lost_is_asked_for_again(at_reception):
    page = at_reception()
    page.locator("#id_full_name").fill("Lò Thị Mất Tin")

    def lose(route):
        route.fetch()
        route.abort()

    page.route("**/tiep-nhan/", lose, times=1)
    press(page, "Receive")
    sees(page, "The connection is away.")
    press(page, "Receive")
    sees(page, "This page was sent before; it has already become dossier", "Lò Thị Mất Tin")


def test_a_draft_kept_late_does_not_take_away_that_the_reception_was_lost(at_reception):
    page = at_reception()
    drafts = []
    page.route("**/tiep-nhan/nhap/", lambda route: drafts.append(route))
    page.locator("#id_full_name").fill("Lò Thị Mất Tin")
    page.route("**/tiep-nhan/", lambda route: route.abort(), times=1)
    press(page, "Receive")
    sees(page, "The connection is away.")
    drafts[0].continue_()
    expect(page.locator("#draft-state")).to_contain_text("Draft kept at")
    sees(page, "The connection is away.")


def test_a_promise_shown_late_does_not_take_away_that_the_reception_was_lost(at_reception):
    page = at_reception()
    previews = []
    page.route("**/tiep-nhan/hen/", lambda route: previews.append(route))
    page.locator("#id_full_name").fill("Lò Thị Mất Tin")
    page.locator("#id_full_name").blur()
    page.wait_for_timeout(300)  # longer than the pause before the promise is asked for
    page.route("**/tiep-nhan/", lambda route: route.abort(), times=1)
    press(page, "Receive")
    sees(page, "The connection is away.")
    with page.expect_response("**/tiep-nhan/hen/"):
        previews[0].continue_()
    expect(page.locator("#preview.htmx-request")).to_have_count(0)
    sees(page, "The connection is away.")


def test_a_promise_that_was_lost_is_no_longer_told_when_the_next_one_is_there(at_reception):
    page = at_reception()
    page.route("**/tiep-nhan/nhap/", lambda route: None)  # a draft that is kept would take it away as well
    page.route("**/tiep-nhan/hen/", lambda route: route.abort(), times=1)
    page.locator("#id_full_name").fill("Lò Thị Chập Chờn")
    page.locator("#id_full_name").blur()
    sees(page, "The connection is away.")
    page.locator("#id_phone").fill("0900000777")
    page.locator("#id_phone").blur()
    expect(page.locator("#reception-lost")).to_be_hidden()


def test_a_draft_that_the_server_could_not_keep_is_told_and_kept_later(at_reception):
    page = at_reception()
    page.route("**/tiep-nhan/nhap/", lambda route: route.fulfill(status=500), times=1)
    page.locator("#id_full_name").fill("Vi Thị Còn Đây")
    sees(page, "The server could not answer. Nothing you typed is lost")
    expect(page.locator("#draft-state")).to_contain_text("Draft kept at")
    expect(page.locator("#reception-lost")).to_be_hidden()


def test_a_draft_that_is_refused_says_why_and_is_not_sent_again(at_reception):
    page = at_reception()
    page.locator("#reception [name=nonce]").evaluate("field => { field.value = '?' }")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if "/nhap/" in request.url else None)
    page.clock.install()
    page.locator("#id_full_name").fill("Vi Thị Từ Chối")
    page.clock.run_for(3_000)
    sees(page, "This page has lost its number. Open the reception again.")
    page.clock.run_for(10_000)
    sees(page, "This page has lost its number.")
    assert len(sent) == 1
