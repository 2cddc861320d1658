"""What a picture shows: a page as one person sees it, and the clicks that lead there."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin

from playwright.sync_api import Page

ADMIN = "/quan-tri"

CLERK = "motcua.thanhvinh"
OFFICER = "thuly.thanhvinh"
SUPERVISOR = "giamsat.thanhvinh"
SUPERVISOR_OF_PROVINCE = "giamsat.tinh"
HEAD = "lanhdao.thanhvinh"
AUDITOR = "thanhtra.tinh"
ADMINISTRATOR = "quantri"
ADMINISTRATOR_OF_WARD = "quantri.thanhvinh"
POSTAL_CLERK = "buudien.thanhvinh"
NOBODY = ""


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is looked at; `size` is one of `SIZES`."""

    size: str
    theme: str
    language: str = "vi"

    @property
    def suffix(self) -> str:
        parts = ("" if self.size == "desktop" else self.size, self.theme, self.language)
        return "".join(f"-{part}" for part in parts if part not in {"", "vi"})


SIZES = {
    "desktop": {"width": 1440, "height": 900},
    "tablet": {"width": 1024, "height": 768},
    "phone": {"width": 390, "height": 844},
    "narrow": {"width": 320, "height": 640},
}
STAFF_LOOKS = tuple(Look(size, theme) for size in ("desktop", "tablet") for theme in ("light", "dark"))
PUBLIC_LOOKS = (
    Look("desktop", "light"),
    Look("desktop", "dark"),
    Look("phone", "light"),
    Look("phone", "dark"),
    Look("narrow", "dark", "en"),
)


@dataclass(frozen=True, slots=True)
class View:
    """One page as one person sees it; `prepare` clicks before the picture is taken.

    `kept` is the size whose Vietnamese pictures the documentation keeps.
    """

    name: str
    account: str
    path: str
    prepare: Callable[[Page], None] | None = None
    full: bool = False
    kept: str = ""
    looks: tuple[Look, ...] = STAFF_LOOKS


def first_row(page: Page) -> None:
    """From a list to the page of its first row."""
    page.locator("#result_list tbody a, .os-table tbody a").first.click()
    page.wait_for_load_state("networkidle")


def letter(page: Page) -> None:
    first_row(page)
    page.wait_for_selector("iframe")
    page.wait_for_timeout(1500)  # the PDF viewer says nothing when it has drawn


def apology(page: Page) -> None:
    """From the list of apologies to the first letter beside its facts."""
    page.goto(page.locator(".os-apologies tbody a").first.evaluate("link => link.href"))
    page.wait_for_selector("iframe")
    page.wait_for_timeout(1500)  # the PDF viewer says nothing when it has drawn


def open_link(*names: str) -> Callable[[Page], None]:
    """From the page to the one behind these links, in turn; a link is known by a part of its address."""

    def opened(page: Page) -> None:
        for name in names:
            page.goto(page.locator(f'#main a[href*="{name}"]').last.evaluate("link => link.href"))
            page.wait_for_load_state("networkidle")

    return opened


def all_tried(page: Page) -> None:
    """Every connection tried now; whatever it answers, the next one follows."""
    buttons = page.locator('#main form[action$="/thu/"] button')
    for number in range(buttons.count()):
        buttons.nth(number).click()
        page.wait_for_load_state("networkidle")
    page.goto(page.url)  # without the last one's message
    page.wait_for_load_state("networkidle")


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


def late_act(name: str) -> Callable[[Page], None]:
    """Three late dossiers ticked, and the preview of what would be done with them."""

    def prepare(page: Page) -> None:
        for box in page.locator("input[name=dossier]").all()[:3]:
            box.check()
        page.locator(f"button[formaction$='/{name}/']").click()
        page.wait_for_load_state("networkidle")

    return prepare


def dossiers(query: str) -> str:
    """The list of dossiers with these filters."""
    return f"{ADMIN}/cases/dossier/?{query}"


def verb(name: str, *elsewhere: str) -> Callable[[Page], None]:
    """From a list of dossiers to the form of one verb, of the first dossier that offers it; else from other lists."""
    return first_with(f"/verb/{name}/", *elsewhere)


def first_with(part: str, *elsewhere: str) -> Callable[[Page], None]:
    """From a list through the pages of its rows to the first one with such a link, and to where that leads.

    `elsewhere` are filters of the list of dossiers that is gone through where there is none.
    """
    return through(first_having(f'a[href*="{part}"]', *elsewhere), open_link(part))


def first_having(selector: str, *elsewhere: str) -> Callable[[Page], None]:
    """From a list through the pages of its rows to the first one that has this."""

    def opened(page: Page) -> None:
        asked = page.url
        for query in ("", *elsewhere):
            if query:
                page.goto(urljoin(asked, dossiers(query)))
            rows = page.locator("#result_list th a").evaluate_all("links => links.map(link => link.href)")
            for row in rows:
                page.goto(row)
                if page.locator(f"#main {selector}").count():
                    return
        raise LookupError(f"no dossier of {asked} has {selector}")

    return opened


# --- The pages that need more than a click ----------------------------------------------------------


def feedback_verb(name: str) -> Callable[[Page], None]:
    """From the list of feedback to the form of this verb."""
    return through(first_row, open_link(f"/{name}/"))


def notice_text(page: Page) -> None:
    """The text about a reception, with its preview on a dossier."""
    page.goto(page.locator('#main a[href*="/received/vi/"]').first.evaluate("link => link.href"))
    offered = page.locator("#dossiers option")
    if offered.count():
        page.fill("[name=dossier]", offered.first.get_attribute("value") or "")
    page.locator("button[name=try]").click()
    page.wait_for_load_state("networkidle")


def locked_out(page: Page) -> None:
    """Wrong passwords of an account that nobody has, until the door says that it is shut."""
    for _attempt in range(11):
        page.fill("[name=username]", "nguoi.la")
        page.fill("[name=password]", "khong-phai-mat-khau")
        page.click("#login-form button[type=submit]")
        page.wait_for_load_state("networkidle")


def pressed(name: str) -> Callable[[Page], None]:
    """The button with this value; where it is no more, somebody pressed it before."""

    def shown(page: Page) -> None:
        button = page.locator(f'button[value="{name}"]')
        if button.count():
            button.click()
            page.wait_for_load_state("networkidle")

    return shown


def token_made(page: Page) -> None:
    """A token for a day, as it is shown this once."""
    page.fill("[name=name]", "Phần mềm minh họa")
    page.locator("[name=scopes]").first.check()
    page.fill("[name=days]", "1")
    page.locator("#main form[data-once] button[type=submit]").first.click()
    page.wait_for_load_state("networkidle")


def webhook_tried(page: Page) -> None:
    """A webhook with a ping in its log; the one that is there, or a new one to an address that nobody has."""
    there = page.locator('#main td a[href*="/webhook/"]')
    if not there.count():
        page.locator("[name=agency]").select_option(index=1)
        page.fill("[name=name]", "Hệ thống báo cáo (minh họa)")
        page.fill("[name=url]", "https://bao-cao.vidu.example/nhan-tin")
        page.locator("#main form[data-once] button[type=submit]").first.click()
        page.wait_for_load_state("networkidle")
        page.goto(page.url.split("/webhook/")[0] + "/webhook/")
    page.goto(there.first.evaluate("link => link.href"))
    page.locator('form[action$="/lam/ping/"] button').click()
    page.wait_for_load_state("networkidle")
