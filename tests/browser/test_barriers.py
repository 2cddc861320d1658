"""Nobody is kept out: axe-core finds nothing serious on the pages that people work with, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from cases.services.notice_choices import switch_off_url
from tests.browser.steps import receive
from tests.browser.waiting_room import waiting_room

__all__ = ["waiting_room"]

GRAVE = {"serious", "critical"}
AXE = Axe()

FOR_EVERYBODY = [
    "/quan-tri/login/",
    "/tra-cuu/",
    "/lay-so/{token}/",
    "/goi-so/{token}/",
    "{notice_choice}",
]
BY_ROLE = {
    "mot-cua": [
        "/quan-tri/",
        "/quan-tri/tiep-nhan/",
        "/quan-tri/tiep-nhan/?procedure=1.000002",
        "/quan-tri/tiep-nhan-nhom/",
        "/quan-tri/tiep-nhan-nhom/?procedure=1.000002",
        "/quan-tri/tiep-nhan-nhom/mot-nguoi/",
        "/quan-tri/cases/dossier/",
        "/quan-tri/cases/dossier/{overdue}/change/",
        "/quan-tri/so-hoa/{digitizing}/",
        "/quan-tri/tra-ket-qua/",
        "/quan-tri/tra-ket-qua/{finished}/",
        "/quan-tri/lam-ngay/",
        "/quan-tri/goi-so/",
        "/quan-tri/goi-so/man-hinh/",
    ],
    "thu-ly": [
        "/quan-tri/",
        "/quan-tri/cases/dossier/?holder=me",
        "/quan-tri/cases/dossier/{overdue}/change/",
    ],
    "giam-sat": [
        "/quan-tri/",
        "/quan-tri/qua-han/",
        "/quan-tri/?as_of={then}",
        "/quan-tri/qua-han/?as_of={then}",
        "/quan-tri/ngay-da-qua/?show=in_work&as_of={then}",
        "/quan-tri/cases/dossier/{overdue}/change/?as_of={then}",
        "/quan-tri/du-bao/?days=20",
        "/quan-tri/can-bang/",
        "/quan-tri/goi-so/so-lieu/",
    ],
}


@pytest.fixture
def places(office, waiting_room) -> dict[str, object]:
    """What stands in the addresses above; made before the browser starts."""
    office.clerk.decides_at_counter = True  # else there is no quick service
    office.clerk.save(update_fields=["decides_at_counter"])
    finished = office.with_result()
    choice = switch_off_url(finished.applicant, "progress").removeprefix(settings.PUBLIC_URL)
    return {
        "token": waiting_room.address,
        "notice_choice": choice,
        "overdue": office.overdue.pk,
        "digitizing": office.receive(office.paid).pk,
        "finished": finished.pk,
        "then": f"{timezone.localtime():%d/%m/%Y %H:%M}",
    }


# As a sheet of the script's own: the policy of the public pages lets no style tag in.
STAND_STILL = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""


def barriers(page) -> list[str]:
    """Each grave finding with the rule and the element, so that a failing test says what to mend."""
    page.wait_for_load_state("networkidle")
    # Half-faded text has another contrast than the page when it stands.
    page.evaluate(STAND_STILL)
    found = AXE.run(page).response["violations"]
    return [
        f"{page.url} {violation['id']} ({violation['impact']}): {node['target']} {node['html'][:160]}"
        for violation in found
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_for_everybody_have_no_barriers(places, chrome, live_server, scheme):
    page = chrome.new_context(base_url=live_server.url, color_scheme=scheme).new_page()
    found = []
    for path in FOR_EVERYBODY:
        page.goto(path.format(**places))
        found += barriers(page)
    page.goto(f"/lay-so/{places['token']}/")
    page.locator(".offer").first.click()
    page.locator(".drawn").wait_for()
    assert found + barriers(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("who", BY_ROLE)
def test_pages_of_the_back_office_have_no_barriers(places, sign_in, who, scheme):
    page = sign_in(who, color_scheme=scheme)
    expect(page.locator("html.dark")).to_have_count(int(scheme == "dark"))
    found = []
    for path in BY_ROLE[who]:
        answer = page.goto(path.format(**places))
        assert (path, answer.status) == (path, 200)
        found += barriers(page)
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_a_reception_shows_has_no_barriers(places, sign_in, scheme):
    """With its results of a search, its refusals, and the dossier that comes of it."""
    page = sign_in("mot-cua", color_scheme=scheme)
    page.goto("/quan-tri/tiep-nhan/")
    page.locator("#id_q").fill("thu phi")
    page.locator(".os-results a").first.wait_for()
    found = barriers(page)
    page.goto("/quan-tri/tiep-nhan/?procedure=1.000001")
    page.get_by_role("button", name="Receive", exact=True).click()
    found += barriers(page)
    receive(page, "le phi", "Trần Thị Bịa Ra")
    assert found + barriers(page) == []
