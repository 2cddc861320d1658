"""The citizen's own pages and feedback in a real browser: no barriers, at 320 px, and without JavaScript."""

from uuid import uuid4

import pytest
from django.test import Client
from playwright.sync_api import expect

from cases import lookup, services
from cases.feedback import FeedbackKind
from cases.services.feedback import Sender
from tests.browser.test_barriers import barriers
from tests.cases.own_account import account

__all__ = ["account"]
PHONE = {"width": 320, "height": 640}


@pytest.fixture
def world(office):
    """What `account` makes the applicant of."""
    return office


@pytest.fixture
def places(world, account) -> dict[str, str]:
    """Dossiers of one applicant, a piece of feedback, and the session; made before the browser starts."""
    feedback = services.send_feedback(
        kind=FeedbackKind.RULE,
        text="Vì sao phải nộp bản sao?",
        agency=world.ward,
        sender=Sender(name="Nguyễn Thị Ví Dụ", phone="0900000001"),
        nonce=uuid4(),
    )
    services.ask_for_detail(feedback, by=world.officer, text="Ở quầy nào?")
    client = Client()
    client.force_login(account())
    return {
        "asked": str(world.supplement(world.paid).uuid),
        "returned": str(world.returned().uuid),
        "session": client.cookies["sessionid"].value,
        "number": feedback.code,
        "secret": lookup.secret_of(feedback),
    }


PAGES = [
    "/phan-anh-kien-nghi/",
    "/phan-anh-kien-nghi/theo-doi/",
    "/phan-anh-kien-nghi/da-tra-loi/",
    "/ho-so-cua-toi/",
    "/ho-so-cua-toi/kho/",
    "/ho-so-cua-toi/{asked}/",
    "/ho-so-cua-toi/{returned}/",
    "/ho-so-cua-toi/{returned}/danh-gia/",
]


@pytest.fixture
def phone(places, chrome, live_server):
    """`phone(...)` is a page on a small telephone on which the applicant is signed in."""

    def opened(**options):
        window = chrome.new_context(base_url=live_server.url, viewport=PHONE, **options)
        window.add_cookies([{"name": "sessionid", "value": places["session"], "url": live_server.url}])
        return window.new_page()

    return opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_own_pages_have_no_barriers_and_fit_a_small_telephone(places, phone, scheme):
    page = phone(color_scheme=scheme)
    found = []
    for path in PAGES:
        answer = page.goto(path.format(**places))
        assert (path, answer.status) == (path, 200)
        found += barriers(page)
        assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, PHONE["width"])
    assert found == []


def test_feedback_and_an_answer_are_sent_without_javascript(places, phone, paper):
    page = phone(java_script_enabled=False)
    page.goto("/phan-anh-kien-nghi/theo-doi/")
    page.locator("#code").fill(places["number"])
    page.locator("#secret").fill(places["secret"])
    page.locator("main button").click()
    page.locator("#text").fill("Ở quầy số 2")
    page.locator("form.yours button").click()
    expect(page.locator(".history")).to_contain_text("Ở quầy số 2")
    page.goto("/phan-anh-kien-nghi/")
    page.locator("#agency").select_option(index=1)
    page.locator("#text").fill("Xin cảm ơn")
    page.locator("#files").set_input_files(paper)
    page.locator("main form button").click()
    expect(page.locator(".now .code").first).to_contain_text("-PA")
    page.goto(f"/ho-so-cua-toi/{places['asked']}/")
    page.locator("#other").set_input_files(paper)
    page.locator("#answer button").click()
    expect(page.locator("#answer")).to_have_count(0)
    expect(page.locator(".now")).to_contain_text("You have answered online")
