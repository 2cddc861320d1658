"""The pages of citizens and of everybody: on a desktop, on a telephone, and on a small one in English."""

import io
import random
from collections.abc import Callable

from playwright.sync_api import Page
from pypdf import PdfWriter

from scripts.views import ADMIN, NOBODY, PUBLIC_LOOKS, SUPERVISOR, View, through

# Invented people of the demonstration's own identity provider; a name with a space is a citizen's.
VI_DU, THU = "Nguyễn Thị Ví Dụ", "Trần Văn Thử"
DESK = "H41.101"
BIRTH, BUSINESS = "1.001193", "1.001612"
MINE = "/ho-so-cua-toi/"
PAY = 'form[action$="/thanh-toan/"]'


def pressed(selector: str) -> Callable[[Page], None]:
    def shown(page: Page) -> None:
        page.locator(selector).first.click()
        page.wait_for_load_state("networkidle")

    return shown


def own_with(selector: str) -> Callable[[Page], None]:
    """From the own dossiers to the first one whose page has this."""

    def opened(page: Page) -> None:
        for address in page.locator(".own a.name").evaluate_all("links => links.map(link => link.href)"):
            page.goto(address)
            if page.locator(selector).count():
                return
        raise LookupError(f"no own dossier has {selector}")

    return opened


ALL_DETAILS = 'form[action="/tra-cuu/"] button'
asked_with_proof = through(own_with("#answer"), pressed(ALL_DETAILS))
finished_with_proof = through(own_with("#rate"), pressed(ALL_DETAILS))


def without_proof(page: Page) -> None:
    code = page.locator(".own .code").first.inner_text()
    page.goto(page.url.replace(MINE, "/tra-cuu/"))
    page.fill("[name=code]", code)
    page.locator("main form button.primary").click()
    page.wait_for_load_state("networkidle")


def wrong_proof(page: Page) -> None:
    page.fill("[name=code]", f"{DESK}-000101-0001")
    page.fill("[name=secret]", "00000-00000")
    page.locator("main form button.primary").click()
    page.wait_for_load_state("networkidle")


def printed(page: Page) -> None:
    finished_with_proof(page)
    page.emulate_media(media="print")


def scan(name: str) -> dict:
    """A file that is unlike any other."""
    writer, content = PdfWriter(), io.BytesIO()
    writer.add_blank_page(width=595, height=842)
    writer.add_metadata({"/Title": f"{random.random()}"})
    writer.write(content)
    return {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": content.getvalue()}


def filled_in(page: Page) -> None:
    """The form of a household business with everything it asks for."""
    page.locator("#desk").select_option(value=DESK)
    page.fill("#f-content", "Đăng ký hộ kinh doanh bán hàng ăn uống (nội dung minh họa)")
    for paper in page.locator(".paper:has(input[value=upload])").all():
        wants = paper.locator("input[value=upload]")
        if wants.is_checked() and not paper.locator(".uploads li").count():
            paper.locator("input[type=file]").set_input_files(scan("giay-to-minh-hoa"))
            page.wait_for_timeout(800)
    page.locator("#consent").check()


def filed(page: Page) -> None:
    filled_in(page)
    page.locator("button[name=file]").click()
    page.wait_for_url("**/nop-ho-so/xong/**")


def said(page: Page) -> None:
    page.locator("[name=kind]").first.check()
    page.fill("[name=text]", "Ghế ở phòng chờ bị hỏng, đề nghị thay (nội dung minh họa).")
    ward = page.locator("[name=agency] option", has_text="Thành Vinh").first
    page.locator("[name=agency]").select_option(value=ward.get_attribute("value"))
    page.fill("[name=name]", "Nguyễn Văn Góp Ý")
    page.fill("[name=phone]", "0900000888")
    page.locator("main form button.primary").click()
    page.wait_for_load_state("networkidle")


def followed(page: Page) -> None:
    said(page)
    code, secret = (place.inner_text() for place in page.locator("main .code").all()[:2])
    page.goto(page.url.split("/phan-anh")[0] + "/phan-anh-kien-nghi/theo-doi/")
    page.fill("[name=code]", code)
    page.fill("[name=secret]", secret)
    page.locator("main form button.primary").click()
    page.wait_for_load_state("networkidle")


def opt_out(page: Page) -> None:
    """The link at the end of a message, as the supervisor finds it."""
    rows = page.locator("#result_list th a").evaluate_all("links => links.map(link => link.href)")
    for row in rows:
        page.goto(row)
        words = page.locator("#main").inner_text().split()
        link = next((word for word in words if "/thong-bao/" in word), "")
        if link:
            page.goto(link)
            return
    raise LookupError("no message has a link to switch it off")


def public(name: str, account: str, path: str, prepare=None, *, kept: str = "") -> View:
    return View(name, account, path, prepare, full=True, kept=kept, looks=PUBLIC_LOOKS)


PUBLIC_VIEWS = [
    public("start", NOBODY, "/"),
    # Look-up
    public("lookup", NOBODY, "/tra-cuu/", kept="phone"),
    public("lookup-without-proof", VI_DU, MINE, without_proof),
    public("lookup-wrong-proof", NOBODY, "/tra-cuu/", wrong_proof),
    public("lookup-with-proof", VI_DU, MINE, asked_with_proof, kept="phone"),
    public("lookup-finished", VI_DU, MINE, finished_with_proof),
    public("lookup-printed", VI_DU, MINE, printed),
    public("verify", NOBODY, "/xac-minh/"),
    # Calculator and catalogue
    public("calculator-choose", NOBODY, "/tinh-ngay-tra/?q=khai+sinh"),
    public("calculator", NOBODY, f"/tinh-ngay-tra/?procedure={BUSINESS}", kept="desktop"),
    public("procedures", NOBODY, "/thu-tuc/?q=khai+sinh", kept="desktop"),
    public("procedure", NOBODY, f"/thu-tuc/{BIRTH}/"),
    public("posting-desks", NOBODY, "/niem-yet/"),
    public("posting", NOBODY, f"/niem-yet/{DESK}/"),
    # Filing online
    public("file-choose", VI_DU, "/nop-ho-so/?q=khai+sinh"),
    public("sign-in", NOBODY, "/dang-nhap/"),
    public("file", THU, f"/nop-ho-so/{BIRTH}/"),
    public("file-faults", THU, f"/nop-ho-so/{BIRTH}/", pressed("button[name=file]")),
    public("file-filled-in", THU, f"/nop-ho-so/{BUSINESS}/", filled_in, kept="desktop"),
    public("filed", THU, f"/nop-ho-so/{BUSINESS}/", filed),
    # The own dossiers
    public("mine", VI_DU, MINE, kept="phone"),
    public("my-dossier-asked", VI_DU, MINE, own_with("#answer")),
    public(
        "my-dossier-answered",
        THU,
        MINE,
        own_with('h2:has-text("Chờ bổ sung"), h2:has-text("Waiting for supplement")'),
    ),
    public("my-dossier-returned", VI_DU, MINE, own_with("#rate")),
    public("pay-online", VI_DU, MINE, through(own_with(PAY), pressed(f"{PAY} button"))),
    public("my-papers", VI_DU, f"{MINE}kho/"),
    public("rating", VI_DU, MINE, through(own_with("#rate"), pressed('a[href$="/danh-gia/"]'))),
    # What people say
    public("feedback", NOBODY, "/phan-anh-kien-nghi/"),
    public("feedback-sent", NOBODY, "/phan-anh-kien-nghi/", said),
    public("feedback-follow", NOBODY, "/phan-anh-kien-nghi/theo-doi/"),
    public("feedback-status", NOBODY, "/phan-anh-kien-nghi/", followed),
    public("feedback-published", NOBODY, "/phan-anh-kien-nghi/da-tra-loi/", kept="phone"),
    public("opt-out", SUPERVISOR, f"{ADMIN}/notifications/message/?state=sent", opt_out),
]
