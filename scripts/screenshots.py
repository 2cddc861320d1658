"""Photographs the running demonstration: every page, light and dark, on a desktop and on a tablet.

    make screenshots ARGS="--url http://127.0.0.1:8000 --only reception,dossier"

Desktop pictures go to docs/screenshots/, those of a tablet to docs/screenshots/tablet/ (to look at, not
kept in the repository). The accounts are those of `manage.py seed_demo`.
"""

import argparse
import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Error, Page, sync_playwright

from scripts import chromium

SIZES = {"desktop": {"width": 1440, "height": 900}, "tablet": {"width": 1024, "height": 768}}
PHONE = {"width": 390, "height": 844}
OUT = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
ADMIN = "/quan-tri"

CLERK = "motcua.thanhvinh"
OFFICER = "thuly.thanhvinh"
SUPERVISOR = "giamsat.thanhvinh"
HEAD = "lanhdao.thanhvinh"
AUDITOR = "thanhtra.tinh"
ADMINISTRATOR = "quantri"
ADMINISTRATOR_OF_WARD = "quantri.thanhvinh"
POSTAL_CLERK = "buudien.thanhvinh"
NOBODY = ""


@dataclass(frozen=True, slots=True)
class View:
    """One page as one person sees it; `prepare` clicks before the picture is taken."""

    name: str
    account: str
    path: str
    prepare: Callable[[Page], None] | None = None
    full: bool = False
    phone: bool = False


def first_row(page: Page) -> None:
    """From a list to the page of its first row."""
    page.locator("#result_list tbody a, .os-table tbody a").first.click()
    page.wait_for_load_state("networkidle")


def letter(page: Page) -> None:
    first_row(page)
    page.wait_for_selector("iframe")
    page.wait_for_timeout(1500)  # the PDF viewer says nothing when it has drawn


def open_link(*names: str) -> Callable[[Page], None]:
    """From the page to the one behind these links, in turn; a link is known by a part of its address."""

    def opened(page: Page) -> None:
        for name in names:
            page.goto(page.locator(f'#main a[href*="{name}"]').last.evaluate("link => link.href"))
            page.wait_for_load_state("networkidle")

    return opened


def through(*ways: Callable[[Page], None]) -> Callable[[Page], None]:
    """One way after the other."""

    def gone(page: Page) -> None:
        for way in ways:
            way(page)

    return gone


def bulk(page: Page) -> None:
    """Three rows ticked, and the preview of taking them over."""
    for box in page.locator("#result_list input[name=_selected_action]").all()[:3]:
        box.check()
    page.locator("select[name=action]").first.select_option(index=1)
    page.locator("button[name=index]:visible, .actions button:visible").first.click()
    page.wait_for_load_state("networkidle")


VIEWS = [
    View("login", NOBODY, f"{ADMIN}/login/"),
    View("lookup-phone", NOBODY, "/tra-cuu/", full=True, phone=True),
    View("home-clerk", CLERK, f"{ADMIN}/"),
    View("home-officer", OFFICER, f"{ADMIN}/"),
    View("home-supervisor", SUPERVISOR, f"{ADMIN}/"),
    View("dossiers", CLERK, f"{ADMIN}/cases/dossier/"),
    View("reception-search", CLERK, f"{ADMIN}/tiep-nhan/?q=khai+sinh"),
    View("reception", CLERK, f"{ADMIN}/tiep-nhan/?procedure=1.001193", full=True),
    View("groups", CLERK, f"{ADMIN}/tiep-nhan-nhom/"),
    View("group-list", CLERK, f"{ADMIN}/tiep-nhan-nhom/?procedure=1.001193", full=True),
    View("dossier", HEAD, f"{ADMIN}/qua-han/", first_row, full=True),
    View(
        "digitizing",
        CLERK,
        f"{ADMIN}/cases/dossier/?state=received",
        through(first_row, open_link("/so-hoa/")),
    ),
    View("queue", OFFICER, f"{ADMIN}/cases/dossier/?holder=me"),
    View("bulk", OFFICER, f"{ADMIN}/cases/dossier/?state=digitized", bulk),
    View("results", CLERK, f"{ADMIN}/tra-ket-qua/"),
    View("hand-over", CLERK, f"{ADMIN}/tra-ket-qua/", open_link("/tra-ket-qua/")),
    View("cash", CLERK, f"{ADMIN}/thu-tien/"),
    View("calling", CLERK, f"{ADMIN}/goi-so/"),
    View("kiosk", CLERK, f"{ADMIN}/goi-so/man-hinh/", open_link("/lay-so/")),
    View("board", CLERK, f"{ADMIN}/goi-so/man-hinh/", open_link("/goi-so/ey")),
    View("waiting-times", SUPERVISOR, f"{ADMIN}/goi-so/so-lieu/"),
    View("columns", CLERK, f"{ADMIN}/danh-sach/cot/"),
    View("my-lists", CLERK, f"{ADMIN}/danh-sach/"),
    View("exports", CLERK, f"{ADMIN}/xuat-excel/"),
    View("ready-reasons", ADMINISTRATOR, f"{ADMIN}/procedures/readyreason/"),
    View("secondments", ADMINISTRATOR_OF_WARD, f"{ADMIN}/biet-phai/"),
    View("absences", ADMINISTRATOR_OF_WARD, f"{ADMIN}/vang-mat/"),
    View("desk-work", SUPERVISOR, f"{ADMIN}/viec-tai-quay/"),
    View("home-postal-clerk", POSTAL_CLERK, f"{ADMIN}/"),
    View("overdue", AUDITOR, f"{ADMIN}/qua-han/"),
    View("breaches", AUDITOR, f"{ADMIN}/qua-han/khong-xin-loi/"),
    View("demands", AUDITOR, f"{ADMIN}/cases/demand/"),
    View("quick-service", CLERK, f"{ADMIN}/lam-ngay/", full=True),
    View("registers", CLERK, f"{ADMIN}/so-chung-thuc/"),
    View("register", CLERK, f"{ADMIN}/so-chung-thuc/", first_row),
    View("log-books", CLERK, f"{ADMIN}/so-theo-doi/"),
    View("letter", HEAD, f"{ADMIN}/notifications/letter/?state=open", letter),
    View("calendar", HEAD, f"{ADMIN}/procedures/calendarday/"),
    View("calendar-changes", ADMINISTRATOR, f"{ADMIN}/cases/calendarrevision/"),
    View("calendar-proposal", ADMINISTRATOR, f"{ADMIN}/cases/calendarrevision/add/"),
    View("sources", ADMINISTRATOR, f"{ADMIN}/procedures/electronicsource/"),
]


class Photographer:
    """Signs in once per person and theme, opens pages and saves what they look like."""

    def __init__(self, browser, url: str, password: str, out: Path):
        self.browser = browser
        self.url = url.rstrip("/")
        self.password = password
        self.out = out
        self._sessions: dict[tuple[str, str], dict] = {}

    def take(self, view: View, theme: str, size: str) -> None:
        context = self.browser.new_context(
            viewport=PHONE if view.phone else SIZES[size],
            locale="vi-VN",
            color_scheme=theme,
            storage_state=self._signed_in(view.account, theme),
        )
        page = context.new_page()
        answer = page.goto(self.url + view.path)
        if answer is None or not answer.ok:
            raise SystemExit(f"{view.path} answered {answer.status if answer else 'nothing'}.")
        page.wait_for_load_state("networkidle")
        if view.prepare:
            view.prepare(page)
        picture = Image.open(io.BytesIO(page.screenshot(full_page=view.full)))
        folder = self.out if size == "desktop" else self.out / size
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{view.name}-{theme}.webp"
        # Few colours are on a page: without loss it is smaller than a good JPEG.
        picture.convert("RGB").save(path, "WEBP", lossless=True, method=6)
        print(path.relative_to(self.out))
        context.close()

    def _signed_in(self, username: str, theme: str) -> dict | None:
        if not username:
            return None
        if (username, theme) not in self._sessions:
            context = self.browser.new_context(locale="vi-VN", color_scheme=theme)
            page = context.new_page()
            page.goto(f"{self.url}{ADMIN}/login/")
            page.fill("[name=username]", username)
            page.fill("[name=password]", self.password)
            page.click("#login-form button[type=submit]")
            page.wait_for_url(f"{self.url}{ADMIN}/")
            self._sessions[username, theme] = context.storage_state()
            context.close()
        return self._sessions[username, theme]


def main() -> None:
    parser = argparse.ArgumentParser(description="Photographs the running demonstration.")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument(
        "--password",
        default=os.environ.get("DEMO_PASSWORD", "motcua-minhhoa-2026"),
        help="of the demonstration accounts",
    )
    parser.add_argument("--only", default="", help="names of views, separated by commas")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    wanted = set(filter(None, options.only.split(",")))
    if unknown := wanted - {view.name for view in VIEWS}:
        sys.exit(f"There is no view {', '.join(sorted(unknown))}.")
    try:
        with sync_playwright() as playwright:
            browser = chromium.launch(playwright)
            camera = Photographer(browser, options.url, options.password, options.out)
            for view in VIEWS:
                if wanted and view.name not in wanted:
                    continue
                for size in ["desktop"] if view.phone else SIZES:
                    for theme in ("light", "dark"):
                        camera.take(view, theme, size)
            browser.close()
    except (FileNotFoundError, Error) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
