"""What people do again and again in front of the back office."""

from playwright.sync_api import expect


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).or_(
        page.get_by_role("link", name=name, exact=True)
    ).first.click()


def sees(page, *texts: str) -> None:
    for text in texts:
        expect(page.locator("#main")).to_contain_text(text)


def receive(page, procedure: str, applicant: str) -> str:
    """Search, fill in, receive; returns the code."""
    page.goto("/quan-tri/tiep-nhan/")
    page.locator("#id_q").fill(procedure)
    expect(page.locator(".os-results a")).to_have_count(1)
    page.locator(".os-results a").click()
    page.get_by_label("Name of the applicant").fill(applicant)
    page.get_by_label("ID or tax number").fill("040099000123")
    expect(page.locator("#preview")).to_contain_text("Due")
    press(page, "Receive")
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
