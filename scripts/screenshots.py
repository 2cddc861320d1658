"""Photographs the running demonstration: every page, light and dark, on a desktop and a tablet or telephone.

    make screenshots ARGS="--url http://127.0.0.1:8000 --only reception,dossier"

Pictures that the documentation keeps go to docs/screenshots/, all others to docs/screenshots/more/ (to look
at, not in the repository). The accounts are those of `manage.py seed_demo`. It does what it shows: a few
filings, pieces of feedback, a token and a webhook are there afterwards.
"""

import argparse
import io
import os
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Error, sync_playwright

from scripts import chromium
from scripts.public_views import PUBLIC_VIEWS
from scripts.staff_views import STAFF_VIEWS
from scripts.views import ADMIN, SIZES, Look, View

OUT = Path(__file__).resolve().parent.parent / "docs" / "screenshots"


VIEWS = PUBLIC_VIEWS + STAFF_VIEWS


class Photographer:
    """Signs in once per person, opens pages and saves what they look like."""

    def __init__(self, browser, url: str, password: str, out: Path):
        self.browser = browser
        self.url = url.rstrip("/")
        self.password = password
        self.out = out
        self._sessions: dict[str, dict] = {}

    def take(self, view: View, look: Look) -> None:
        context = self.browser.new_context(
            viewport=SIZES[look.size],
            locale="vi-VN",
            color_scheme=look.theme,
            storage_state=self._signed_in(view.account),
        )
        context.add_cookies([{"name": "django_language", "value": look.language, "url": self.url}])
        page = context.new_page()
        answer = page.goto(self.url + view.path)
        if answer is None or not answer.ok:
            raise LookupError(f"{view.path} answered {answer.status if answer else 'nothing'}")
        page.wait_for_load_state("networkidle")
        if view.prepare:
            view.prepare(page)
        picture = Image.open(io.BytesIO(page.screenshot(full_page=view.full)))
        is_kept = view.kept == look.size and look.language == "vi"
        folder = self.out if is_kept else self.out / "more"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{view.name}{look.suffix}.webp"
        # Few colours are on a page: without loss it is smaller than a good JPEG.
        picture.convert("RGB").save(path, "WEBP", lossless=True, method=4)
        width = page.evaluate("document.documentElement.scrollWidth")
        wide = f"  {width} px wide, the window {look.size}" if width > SIZES[look.size]["width"] else ""
        print(f"{path.relative_to(self.out)}{wide}")
        context.close()

    def _signed_in(self, who: str) -> dict | None:
        if not who:
            return None
        if who not in self._sessions:
            context = self.browser.new_context(locale="vi-VN")
            self._sign_in_citizen(context, who) if " " in who else self._sign_in_staff(context, who)
            self._sessions[who] = context.storage_state()
            context.close()
        return self._sessions[who]

    def _sign_in_staff(self, context, username: str) -> None:
        page = context.new_page()
        page.goto(f"{self.url}{ADMIN}/login/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", self.password)
        page.click("#login-form button[type=submit]")
        page.wait_for_url(f"{self.url}{ADMIN}/")

    def _sign_in_citizen(self, context, name: str) -> None:
        """At the demonstration's own identity provider."""
        page = context.new_page()
        page.goto(f"{self.url}/dang-nhap/")
        page.locator("main form button.primary").click()
        page.get_by_role("button", name=name).click()
        page.wait_for_url(f"{self.url}/**")


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
    for look in view.looks:
        try:
            camera.take(view, look)
        except (LookupError, Error) as error:
            failed.append(f"{view.name}{look.suffix}: {str(error).splitlines()[0]}")
    return failed


if __name__ == "__main__":
    main()
