"""A real Chromium before a real server; skipped where no Chromium is installed.

The database is filled before the test talks to the browser: playwright keeps an event loop running in this
thread, and Django refuses to talk to the database beside one. The browser itself runs beside all tests.
"""

import json
import signal
import subprocess
import threading
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from playwright._impl._driver import compute_driver_executable, get_driver_env
from playwright.sync_api import expect, sync_playwright

from onestop.embedded.spawn import tied_to_this_process
from scripts import chromium
from tests.cast import PASSWORD, build_world, pdf

expect.set_options(timeout=15_000)  # two cores may have other tests to run

# Headless Chromium ends when it prints a PDF that a page has in a frame. In each window and frame stands this
# in place of the print dialog, and notes what would have come out of the printer (`steps.printed`).
PRINTER = """
    if (window === top) window.printed = [];
    window.print = () => top.printed.push(location.href);
"""


def pytest_collection_modifyitems(items):
    """Everything here drives the browser; where there is none, each test says so and is skipped."""
    missing = pytest.mark.skip(reason="no Chromium is installed (Debian: apt-get install chromium)")
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if chromium.executable() is None:
                item.add_marker(missing)


@pytest.fixture
def office(transactional_db):
    """The usual world with one dossier that is long overdue, and then the clock of today."""
    with time_machine.travel(timezone.now() - timedelta(days=30)):
        world = build_world()
        world.overdue = world.processing()
    return world


@pytest.fixture(scope="session")
def chromium_address(tmp_path_factory):
    """Where the one Chromium of this process answers: starting it takes longer than most tests do."""
    config = tmp_path_factory.mktemp("chromium") / "server.json"
    config.write_text(json.dumps({"executablePath": chromium.executable(), "args": chromium.ARGUMENTS}))
    # Not by `python -m playwright`: that would end alone, and leave the server and the browser behind.
    command = [*compute_driver_executable(), "launch-server", "--browser=chromium", f"--config={config}"]
    tied = tied_to_this_process(signal.SIGTERM)
    with subprocess.Popen(
        command, env=get_driver_env(), stdout=subprocess.PIPE, text=True, preexec_fn=tied
    ) as server:
        address = server.stdout.readline().strip()
        assert address.startswith("ws://"), "Chromium does not start"
        yield address
        server.terminate()


@pytest.fixture
def chrome(office, live_server, chromium_address):
    """Windows in the browser; opened last and closed first, so that the database is never beside their loop."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.connect(chromium_address)
        yield browser
        browser.close()
    # A draft or a promise may still be under way: the tables would be emptied beside it, which may deadlock.
    for answering in [one for one in threading.enumerate() if "process_request_thread" in one.name]:
        answering.join(timeout=30)


@pytest.fixture
def sign_in(chrome, live_server):
    """`sign_in("mot-cua")` is a window in which that person works, in English."""

    def signed_in(username: str, **options):
        window = chrome.new_context(base_url=live_server.url, **options)
        window.add_init_script(PRINTER)
        page = window.new_page()
        page.set_default_timeout(15_000)
        page.goto("/quan-tri/")
        page.locator("[name=language][value=en]").click()
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("heading", name="Today").wait_for()
        return page

    return signed_in


@pytest.fixture
def paper(tmp_path):
    """A file on the disk of the desk."""
    path = tmp_path / "to-khai.pdf"
    path.write_bytes(pdf())
    return path


@pytest.fixture
def result_paper(tmp_path):
    """The signed result on the officer's disk; no copy of what was filed."""
    path = tmp_path / "ket-qua.pdf"
    path.write_bytes(pdf(2))
    return path
