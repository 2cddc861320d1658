"""Debian's Chromium under playwright: where it is, and how it starts without a desktop."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable() -> str | None:
    """The installed browser; `CHROMIUM` names another one."""
    return os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)


def launch(playwright):
    """Start the installed browser. Raises `FileNotFoundError` when there is none."""
    path = executable()
    if path is None:
        raise FileNotFoundError("No Chromium is installed. On Debian: apt-get install chromium")
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
