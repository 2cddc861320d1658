"""What people do again and again in front of the back office."""

from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.notifications.builders import text_of


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).or_(
        page.get_by_role("link", name=name, exact=True)
    ).first.click()


def sees(page, *texts: str) -> None:
    for text in texts:
        expect(page.locator("#main")).to_contain_text(text)


def receive(page, procedure: str, applicant: str, *, button: str = "Receive") -> str:
    """Search, fill in, receive; returns the code."""
    page.goto("/quan-tri/tiep-nhan/")
    page.locator("#id_q").fill(procedure)
    expect(page.locator(".os-results a")).to_have_count(1)
    page.locator(".os-results a").click()
    page.get_by_label("Name of the applicant").fill(applicant)
    page.get_by_label("ID or tax number").fill("040099000123")
    expect(page.locator("#preview")).to_contain_text("Due")
    press(page, button)
    sees(page, "Print the receipt for the applicant.")
    return page.locator(".os-head h2").inner_text().split()[0]


def open_dossier(page, code: str) -> None:
    page.goto(f"/quan-tri/cases/dossier/?q={code}")
    page.get_by_role("link", name=code).click()
    page.locator(".os-head").wait_for()


def scan(page, path) -> None:
    """Choose a file for the first paper; it is sent at once."""
    page.locator("input[type=file]").first.set_input_files(path)
    sees(page, "is stored.")


def printed(page) -> list[str]:
    """The addresses of what this page has sent to the printer, when it has sent anything at all."""
    page.wait_for_function("printed.length")
    return [urlsplit(address).path for address in page.evaluate("printed")]


def paper_at(page, address: str) -> str:
    """What is written on the PDF at this address; fetched as the person in this window."""
    answer = page.request.get(address)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    return text_of(answer.body())


def open_paper(page, name) -> str:
    """Follow a link to a paper that opens in a tab of its own, to be printed there; what is written on it."""
    with page.expect_popup() as popup:
        page.get_by_role("link", name=name).first.click()
    tab = popup.value
    tab.wait_for_url("**/quan-tri/**", wait_until="commit")
    address = tab.url
    tab.close()
    return paper_at(page, address)
