"""Photographs the running demonstration into docs/screenshots/.

    make screenshots ARGS="--url http://127.0.0.1:8000"

The accounts are those of `manage.py seed_demo`; others are named with --clerk, --officer, --supervisor.
"""

import argparse
import io
import os
import sys
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Error, sync_playwright

from scripts import chromium

DESKTOP = {"width": 1440, "height": 900}
TALL = {"width": 1440, "height": 1900}
PHONE = {"width": 390, "height": 844}
OUT = Path(__file__).resolve().parent.parent / "docs" / "screenshots"


class Photographer:
    """Signs in, opens pages and saves what they look like, in both themes."""

    def __init__(self, browser, url: str, password: str, out: Path):
        self.browser = browser
        self.url = url.rstrip("/")
        self.password = password
        self.out = out

    @contextmanager
    def session(self, username: str = "", *, dark: bool = False, size=None):
        """A window of that person, in Vietnamese; nobody signs in without a name."""
        context = self.browser.new_context(
            viewport=size or DESKTOP, locale="vi-VN", color_scheme="dark" if dark else "light"
        )
        page = context.new_page()
        if username:
            page.goto(f"{self.url}/quan-tri/login/")
            page.fill("[name=username]", username)
            page.fill("[name=password]", self.password)
            page.click("#login-form button[type=submit]")
            page.wait_for_url(f"{self.url}/quan-tri/")
        yield page
        context.close()

    def take(self, page, name: str, path: str = "", *, full: bool = False) -> None:
        if path:
            answer = page.goto(self.url + path)
            if answer is None or not answer.ok:
                raise SystemExit(f"{path} answered {answer.status if answer else 'nothing'}.")
        page.wait_for_load_state("networkidle")
        picture = Image.open(io.BytesIO(page.screenshot(full_page=full)))
        # Few colours are on a page: a palette makes the file a third as large and looks the same.
        picture.quantize(256).save(self.out / f"{name}.png", optimize=True)
        print(f"{name}.png")


def photograph(
    camera: Photographer, clerk: str, officer: str, supervisor: str, auditor: str, administrator: str
) -> None:
    with camera.session() as page:
        camera.take(page, "login", "/quan-tri/login/")
    with camera.session(size=PHONE) as page:
        camera.take(page, "lookup-phone", "/tra-cuu/", full=True)
    for dark in (False, True):
        theme = "dark" if dark else "light"
        with camera.session(clerk, dark=dark) as page:
            camera.take(page, f"dashboard-clerk-{theme}", "/quan-tri/")
            camera.take(page, f"dossiers-{theme}", "/quan-tri/cases/dossier/")
            camera.take(page, f"reception-search-{theme}", "/quan-tri/tiep-nhan/?q=khai+sinh")
            page.set_viewport_size(TALL)
            camera.take(page, f"reception-{theme}", "/quan-tri/tiep-nhan/?procedure=1.001193")
        with camera.session(officer, dark=dark) as page:
            camera.take(page, f"dashboard-officer-{theme}", "/quan-tri/")
        with camera.session(auditor, dark=dark) as page:
            camera.take(page, f"overdue-{theme}", "/quan-tri/qua-han/")
            camera.take(page, f"breaches-{theme}", "/quan-tri/qua-han/khong-xin-loi/")
            camera.take(page, f"demands-{theme}", "/quan-tri/cases/demand/")
            camera.take(page, f"log-books-{theme}", "/quan-tri/so-theo-doi/")
        with camera.session(supervisor, dark=dark) as page:
            camera.take(page, f"dashboard-supervisor-{theme}", "/quan-tri/")
            page.goto(f"{camera.url}/quan-tri/qua-han/")
            page.click(".os-table tbody a")
            page.wait_for_selector(".os-sections")
            camera.take(page, f"dossier-{theme}")
            page.evaluate("document.querySelector('#proof').scrollIntoView()")
            camera.take(page, f"dossier-proof-{theme}")
            page.goto(f"{camera.url}/quan-tri/notifications/letter/?state=open")
            page.click("#result_list tbody a")
            page.wait_for_selector("iframe")
            page.wait_for_timeout(1500)  # the PDF viewer says nothing when it has drawn
            camera.take(page, f"letter-{theme}")
            camera.take(page, f"calendar-{theme}", "/quan-tri/procedures/calendarday/")
        with camera.session(administrator, dark=dark) as page:
            camera.take(page, f"calendar-changes-{theme}", "/quan-tri/cases/calendarrevision/")
            camera.take(page, f"calendar-proposal-{theme}", "/quan-tri/cases/calendarrevision/add/")
            camera.take(page, f"sources-{theme}", "/quan-tri/procedures/electronicsource/")


def main() -> None:
    parser = argparse.ArgumentParser(description="Photographs the running demonstration.")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument(
        "--password",
        default=os.environ.get("DEMO_PASSWORD", "motcua-minhhoa-2026"),
        help="of the demonstration accounts",
    )
    parser.add_argument("--clerk", default="motcua.thanhvinh")
    parser.add_argument("--officer", default="thuly.thanhvinh")
    parser.add_argument("--supervisor", default="lanhdao.thanhvinh")
    parser.add_argument("--auditor", default="thanhtra.tinh")
    parser.add_argument("--administrator", default="quantri")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        with sync_playwright() as playwright:
            browser = chromium.launch(playwright)
            camera = Photographer(browser, options.url, options.password, options.out)
            people = (
                options.clerk,
                options.officer,
                options.supervisor,
                options.auditor,
                options.administrator,
            )
            photograph(camera, *people)
            browser.close()
    except (FileNotFoundError, Error) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
