"""Photographs the running demonstration: every page, light and dark, on a desktop and on a tablet.

    make screenshots ARGS="--url http://127.0.0.1:8000 --only reception,dossier"

Pictures that the documentation keeps go to docs/screenshots/, all others to docs/screenshots/more/ (to look
at, not in the repository). The accounts are those of `manage.py seed_demo`.
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
    kept: bool = False


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


def typed(words: str) -> Callable[[Page], None]:
    """Words typed into the field that has the focus, and what they bring."""

    def shown(page: Page) -> None:
        page.keyboard.type(words)
        page.wait_for_timeout(500)
        page.wait_for_load_state("networkidle")

    return shown


def through(*ways: Callable[[Page], None]) -> Callable[[Page], None]:
    """One way after the other."""

    def gone(page: Page) -> None:
        for way in ways:
            way(page)

    return gone


def bulk(page: Page) -> None:
    """Three rows ticked, and the preview of the first thing that can be done with them."""
    for box in page.locator("#result_list input[name=_selected_action]").all()[:3]:
        box.check()
    page.locator("select[name=action]").first.select_option(index=1)
    page.locator("button[name=index]:visible, .actions button:visible").first.click()
    page.wait_for_load_state("networkidle")


def dossiers(query: str) -> str:
    """The list of dossiers with these filters."""
    return f"{ADMIN}/cases/dossier/?{query}"


def verb(name: str) -> Callable[[Page], None]:
    """From a list of dossiers to the form of one verb, of the first dossier that offers it."""
    return first_with(f"/verb/{name}/")


def first_with(part: str) -> Callable[[Page], None]:
    """From a list through the pages of its rows to the first one with such a link, and to where that leads."""

    def opened(page: Page) -> None:
        rows = page.locator("#result_list th a").evaluate_all("links => links.map(link => link.href)")
        for row in rows:
            page.goto(row)
            if page.locator(f'#main a[href*="{part}"]').count():
                open_link(part)(page)
                return
        raise LookupError(f"no dossier of {page.url} has a link to {part}")

    return opened


VIEWS = [
    # Citizens
    View("lookup-phone", NOBODY, "/tra-cuu/", full=True, phone=True, kept=True),
    View("lookup", NOBODY, "/tra-cuu/"),
    View("kiosk", CLERK, f"{ADMIN}/goi-so/man-hinh/", open_link("/lay-so/")),
    View("board", CLERK, f"{ADMIN}/goi-so/man-hinh/", open_link("/goi-so/")),
    # The reception desk
    View("login", NOBODY, f"{ADMIN}/login/"),
    View("home-clerk", CLERK, f"{ADMIN}/", kept=True),
    View("home-postal-clerk", POSTAL_CLERK, f"{ADMIN}/"),
    View("reception-search", CLERK, f"{ADMIN}/tiep-nhan/", typed("khai sinh")),
    View("reception", CLERK, f"{ADMIN}/tiep-nhan/?procedure=1.001193", full=True, kept=True),
    View("filing", CLERK, dossiers("state=submitted"), first_with("/tiep-nhan/"), full=True),
    View("groups", CLERK, f"{ADMIN}/tiep-nhan-nhom/"),
    View("group-list", CLERK, f"{ADMIN}/tiep-nhan-nhom/?procedure=1.001193", full=True, kept=True),
    View("group-person", CLERK, f"{ADMIN}/tiep-nhan-nhom/mot-nguoi/", full=True),
    View("group", CLERK, f"{ADMIN}/tiep-nhan-nhom/", first_row),
    View("receipts", CLERK, f"{ADMIN}/in-giay-tiep-nhan/?today=1"),
    View("quick-service", CLERK, f"{ADMIN}/lam-ngay/", full=True, kept=True),
    View("registers", CLERK, f"{ADMIN}/so-chung-thuc/"),
    View("register", CLERK, f"{ADMIN}/so-chung-thuc/", first_row),
    View("digitizing", CLERK, dossiers("state=received"), first_with("/so-hoa/"), kept=True),
    View("results", CLERK, f"{ADMIN}/tra-ket-qua/"),
    View("hand-over", CLERK, f"{ADMIN}/tra-ket-qua/", open_link("/tra-ket-qua/"), kept=True),
    View("pay", CLERK, dossiers("state=processing"), verb("pay")),
    View("waive", CLERK, dossiers("state=processing"), verb("waive")),
    View("cash", CLERK, f"{ADMIN}/thu-tien/", kept=True),
    View("calling", CLERK, f"{ADMIN}/goi-so/", kept=True),
    View("queue-links", CLERK, f"{ADMIN}/goi-so/man-hinh/"),
    View("waiting-times", SUPERVISOR, f"{ADMIN}/goi-so/so-lieu/"),
    View("log-books", CLERK, f"{ADMIN}/so-theo-doi/"),
    View("desk-work", SUPERVISOR, f"{ADMIN}/viec-tai-quay/"),
    View("correction", CLERK, dossiers("state=returned"), first_with("/dinh-chinh/")),
    View("papers-lost", CLERK, dossiers("state=processing"), first_with("/mat-giay-to/")),
    # Lists
    View("dossiers", CLERK, f"{ADMIN}/cases/dossier/", kept=True),
    View("filings-to-answer", CLERK, dossiers("answer=waiting")),
    View("columns", CLERK, f"{ADMIN}/danh-sach/cot/"),
    View("my-lists", CLERK, f"{ADMIN}/danh-sach/"),
    View("exports", CLERK, f"{ADMIN}/xuat-excel/"),
    # The officer
    View("home-officer", OFFICER, f"{ADMIN}/"),
    View("queue", OFFICER, dossiers("holder=me"), kept=True),
    View("officers-dossier", OFFICER, dossiers("holder=me"), first_row, full=True),
    View("bulk", OFFICER, dossiers("holder=me"), bulk),
    View("record-result", OFFICER, dossiers("holder=me"), verb("record_result")),
    View("supplement", OFFICER, dossiers("holder=me"), verb("request_supplement"), full=True),
    View("hand-on", OFFICER, dossiers("holder=me"), verb("hand_over")),
    View("consult", OFFICER, dossiers("holder=me"), verb("consult")),
    View("assign", SUPERVISOR, dossiers("state=processing"), verb("assign")),
    View("questions", OFFICER, f"{ADMIN}/hoi-y-kien/"),
    # Who supervises, inspects and apologises
    View("home-supervisor", SUPERVISOR, f"{ADMIN}/"),
    View("home-head", HEAD, f"{ADMIN}/"),
    View("home-auditor", AUDITOR, f"{ADMIN}/"),
    View("overdue", AUDITOR, f"{ADMIN}/qua-han/", kept=True),
    View("breaches", AUDITOR, f"{ADMIN}/qua-han/khong-xin-loi/"),
    View("dossier", HEAD, f"{ADMIN}/qua-han/", first_row, full=True, kept=True),
    View("demands", AUDITOR, f"{ADMIN}/cases/demand/"),
    View("letters", HEAD, f"{ADMIN}/notifications/letter/"),
    View("letter", HEAD, f"{ADMIN}/notifications/letter/?state=open", letter, kept=True),
    View("messages", SUPERVISOR, f"{ADMIN}/notifications/message/"),
    # Administration
    View("home-administrator", ADMINISTRATOR, f"{ADMIN}/"),
    View("procedures", ADMINISTRATOR, f"{ADMIN}/procedures/procedure/"),
    View("versions", ADMINISTRATOR, f"{ADMIN}/procedures/procedureversion/"),
    View("version", ADMINISTRATOR, f"{ADMIN}/procedures/procedureversion/?q=1.001193", first_row, full=True),
    View("tariffs", ADMINISTRATOR, f"{ADMIN}/procedures/feetariff/"),
    View("agencies", ADMINISTRATOR, f"{ADMIN}/procedures/agency/"),
    View("agency", ADMINISTRATOR, f"{ADMIN}/procedures/agency/?q=Thành+Vinh", first_row, full=True),
    View("accounts", ADMINISTRATOR_OF_WARD, f"{ADMIN}/procedures/staff/"),
    View("account", ADMINISTRATOR_OF_WARD, f"{ADMIN}/procedures/staff/", first_row, full=True),
    View("secondments", ADMINISTRATOR_OF_WARD, f"{ADMIN}/biet-phai/"),
    View("absences", ADMINISTRATOR_OF_WARD, f"{ADMIN}/vang-mat/"),
    View("queue-services", ADMINISTRATOR_OF_WARD, f"{ADMIN}/cases/queueservice/"),
    View("counters", ADMINISTRATOR_OF_WARD, f"{ADMIN}/cases/servicecounter/"),
    View("ready-reasons", ADMINISTRATOR, f"{ADMIN}/procedures/readyreason/"),
    View("ready-reason", ADMINISTRATOR, f"{ADMIN}/procedures/readyreason/", first_row),
    View("calendar", HEAD, f"{ADMIN}/procedures/calendarday/"),
    View("calendar-changes", ADMINISTRATOR, f"{ADMIN}/cases/calendarrevision/"),
    View("calendar-proposal", ADMINISTRATOR, f"{ADMIN}/cases/calendarrevision/add/", full=True),
    View("sources", ADMINISTRATOR, f"{ADMIN}/procedures/electronicsource/"),
    View("password", CLERK, f"{ADMIN}/password_change/"),
    View("api", NOBODY, "/api/v1/docs/"),
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
            raise LookupError(f"{view.path} answered {answer.status if answer else 'nothing'}")
        page.wait_for_load_state("networkidle")
        if view.prepare:
            view.prepare(page)
        picture = Image.open(io.BytesIO(page.screenshot(full_page=view.full)))
        folder = self.out if view.kept and size == "desktop" else self.out / "more"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{view.name}-{size}-{theme}.webp".replace("-desktop", "")
        # Few colours are on a page: without loss it is smaller than a good JPEG.
        picture.convert("RGB").save(path, "WEBP", lossless=True, method=4)
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
            failed = [
                sentence
                for view in VIEWS
                if not wanted or view.name in wanted
                for sentence in photographs(camera, view)
            ]
            browser.close()
    except (FileNotFoundError, Error) as error:
        sys.exit(str(error))
    if failed:
        sys.exit("Not photographed:\n" + "\n".join(failed))


def photographs(camera: Photographer, view: View) -> list[str]:
    """All pictures of one view; what could not be taken, so that the others still are."""
    failed = []
    for size in ["desktop"] if view.phone else SIZES:
        for theme in ("light", "dark"):
            try:
                camera.take(view, theme, size)
            except (LookupError, Error) as error:
                failed.append(f"{view.name}, {size}, {theme}: {str(error).splitlines()[0]}")
    return failed


if __name__ == "__main__":
    main()
