"""Counts the keys and the server time of a birth registration, from the empty desk to the result handed over.

    make keystrokes ARGS="--url http://127.0.0.1:8000"     # a demonstration that runs, as by `make demo`

A real Chromium is driven by keys alone. Every key that goes down counts, Ctrl and Alt too; what does not count
is the applicant's own data (number and name) and what the hand scanner types (the code of the receipt). The goal
is for the clerk's reception, print and hand-over; digitizing and the officer's work are measured beside it.
Exits 1 when a goal is missed.
"""

import argparse
import io
import os
import random
import sys
from dataclasses import dataclass, field

from playwright.sync_api import Error, Locator, Page, Response, expect, sync_playwright
from pypdf import PdfWriter

from scripts import chromium

MOST_KEYS = 25
MOST_MILLISECONDS = 300
PROCEDURE = "1.001193"


@dataclass
class Step:
    """One step of the day: keys that went down, and how long the server took for each of its answers, ms."""

    name: str
    counts: bool
    keys: int = 0
    answers: list[tuple[str, float]] = field(default_factory=list)

    @property
    def slowest(self) -> float:
        return max((milliseconds for _path, milliseconds in self.answers), default=0.0)


class Hands:
    """Somebody at a keyboard: presses keys, and everything is written down under the step."""

    def __init__(self, page: Page, steps: list[Step]):
        self.page = page
        self.steps = steps
        page.on("requestfinished", lambda request: self._note(request.response()))

    def begin(self, name: str, *, counts: bool = True) -> None:
        self.page.wait_for_load_state("networkidle")
        self.steps.append(Step(name, counts))

    def press(self, *chords: str) -> None:
        for chord in chords:
            self.steps[-1].keys += chord.count("+") + 1
            self.page.keyboard.press(chord)

    def type(self, text: str) -> None:
        """Words that the clerk types beyond the applicant's own data."""
        self.steps[-1].keys += len(text)
        self.page.keyboard.type(text)

    def own_data(self, text: str) -> None:
        """The applicant's own data, or what the hand scanner types: not counted."""
        self.page.keyboard.type(text)

    def press_key_of(self, element: Locator) -> None:
        """The key that the page gives to this link, button or field."""
        key = element.get_attribute("data-key")
        if key is None:
            raise SystemExit(f"“{element.inner_text()}” has no key.")
        self.page.wait_for_load_state("networkidle")  # the element may be of a page that only begins
        self.press(key)

    def arrives(self, path: str) -> None:
        self.page.wait_for_url(path)
        self.page.wait_for_load_state("networkidle")

    def _note(self, response: Response | None) -> None:
        if response is None or "/static/" in response.url:
            return
        timing = response.request.timing
        waited = timing["responseStart"] - timing["requestStart"]
        if waited >= 0:
            path = response.url.split("/", 3)[3].split("?")[0]
            self.steps[-1].answers.append((f"{response.request.method} /{path}", waited))


# --- The day ----------------------------------------------------------------------------------------


def register_birth(chrome, url: str, password: str, clerk: str, officer: str) -> list[Step]:
    """The whole life of one birth registration; returns its steps in order."""
    steps: list[Step] = []
    desk = Hands(_signed_in(chrome, url, clerk, password), steps)
    code = _receive(desk)
    _digitize(desk)
    _decide(Hands(_signed_in(chrome, url, officer, password), steps), url, code)
    _hand_over(desk, code)
    return steps


def _receive(desk: Hands) -> str:
    page = desk.page
    desk.begin("choose the procedure")
    desk.press("n")
    desk.arrives("**/tiep-nhan/")
    favourite = page.locator(f'.os-results a[href$="procedure={PROCEDURE}"][data-key]')
    if favourite.count():
        desk.press(f"Alt+{favourite.get_attribute('data-key')}")
    else:
        desk.type("khai sinh")
        desk.press("Enter")
    desk.arrives("**procedure=**")
    desk.begin("find the applicant, enter the name")
    desk.own_data(f"0400{random.randrange(10**8):08}")
    desk.press("Enter")
    page.wait_for_function("document.activeElement.id === 'id_full_name'")
    desk.own_data("Nguyễn Thị Ví Dụ")
    desk.begin("fee, receive and print")
    desk.press("Alt+1", "Control+Enter")
    desk.arrives("**/cases/dossier/*/change/**")
    page.locator("iframe[data-print-now][src]").wait_for(state="attached")
    desk.press("Enter")  # the print dialog of the browser
    return page.locator(".os-head h2").inner_text().split()[0]


def _digitize(desk: Hands) -> None:
    """One scan for each paper that waits for one; the newest file is chosen in the dialog of the system."""
    page = desk.page
    desk.begin("digitize, hand over to the officer", counts=False)
    desk.press_key_of(page.locator('#main .os-head a[href*="/so-hoa/"]').first)
    desk.arrives("**/so-hoa/**")
    waiting = page.locator(".os-scan", has_text="0/1").or_(page.locator(".os-scan", has_text="0 of 1"))
    while left := waiting.count():
        with page.expect_file_chooser() as chooser:
            desk.press_key_of(waiting.first.locator("input[type=file]"))
        chooser.value.set_files(_scan())
        desk.press("Enter")
        expect(waiting).to_have_count(left - 1)
    desk.press("Control+Enter")
    desk.arrives("**/change/**")


def _decide(officer: Hands, url: str, code: str) -> None:
    page = officer.page
    officer.begin("the officer takes it over and records the result", counts=False)
    page.goto(f"{url}/quan-tri/cases/dossier/?q={code}")
    page.locator("#result_list a", has_text=code).first.press("Enter")
    officer.arrives("**/change/**")
    officer.press_key_of(page.locator('#main .os-head form[action*="/start/"] button'))
    officer.arrives("**/change/**")
    officer.press_key_of(page.locator('#main .os-head a[href*="/record_result/"]'))
    officer.arrives("**/record_result/**")
    page.fill("[name=number]", "12/KS")
    page.fill("[name=signer]", "Trần Văn Lãnh Đạo")
    page.set_input_files("[name=file]", _scan())
    page.focus("[name=number]")
    officer.press("Control+Enter")
    officer.arrives("**/change/**")


def _hand_over(desk: Hands, code: str) -> None:
    """The code of the receipt is scanned; who collects has the receipt."""
    page = desk.page
    desk.begin("hand the result over")
    desk.press("h")  # on the page of a dossier the key t may be a verb of the clerk's own
    desk.arrives("**/quan-tri/")
    desk.press("t")
    desk.arrives("**/tra-ket-qua/**")
    desk.own_data(code)
    desk.press("Enter")
    page.locator("[name=proof][data-key]").first.wait_for()
    desk.press_key_of(page.locator("[name=proof][value=receipt]"))
    desk.press("Control+Enter")
    desk.arrives("**xong=**")


def _scan() -> dict:
    """A file as the scanner leaves it; no two are the same."""
    writer, content = PdfWriter(), io.BytesIO()
    writer.add_blank_page(width=595, height=842)
    writer.add_metadata({"/Title": f"{random.random()}"})
    writer.write(content)
    return {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": content.getvalue()}


def _signed_in(chrome, url: str, username: str, password: str) -> Page:
    context = chrome.new_context(base_url=url, viewport={"width": 1440, "height": 900})
    # Without a screen there is no print dialog, and Chromium crashes when a PDF asks for one.
    context.add_init_script("window.print = () => {}")
    page = context.new_page()
    page.goto(f"{url}/quan-tri/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{url}/quan-tri/")
    return page


# --- The report -------------------------------------------------------------------------------------


def report(steps: list[Step]) -> bool:
    """Print keys and server times; True when both goals are met."""
    print(f"{'step':<52}{'keys':>6}{'slowest answer':>18}")
    for step in steps:
        print(f"{step.name + ('' if step.counts else ' *'):<52}{step.keys:>6}{step.slowest:>15.0f} ms")
        for path, milliseconds in sorted(step.answers, key=lambda answer: -answer[1])[:3]:
            print(f"    {milliseconds:6.0f} ms  {path}")
    keys = sum(step.keys for step in steps if step.counts)
    slow = [(step.name, answer) for step in steps for answer in step.answers if answer[1] > MOST_MILLISECONDS]
    print(f"\nkeys of the clerk: {keys} (goal: at most {MOST_KEYS}); * = not in this sum")
    for name, (path, milliseconds) in slow:
        print(f"slower than {MOST_MILLISECONDS} ms: {milliseconds:.0f} ms {path} ({name})")
    return keys <= MOST_KEYS and not slow


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--password", default=os.environ.get("DEMO_PASSWORD", "motcua-minhhoa-2026"))
    parser.add_argument("--clerk", default="motcua.thanhvinh")
    parser.add_argument("--officer", default="thuly.thanhvinh")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        chrome = chromium.launch(playwright)
        try:
            steps = register_birth(
                chrome, options.url.rstrip("/"), options.password, options.clerk, options.officer
            )
        except Error as error:
            print(f"The walk stopped: {error}", file=sys.stderr)
            return 1
        finally:
            chrome.close()
    return 0 if report(steps) else 1


if __name__ == "__main__":
    sys.exit(main())
