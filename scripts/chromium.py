"""Debian's Chromium under playwright: where it is, how it starts without a desktop, how it gets here.

python -m scripts.chromium     installs it where it is missing and root may, else says what is left out
"""

import os
import shutil
import subprocess

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


def install(seconds: int = 600) -> str:
    """Install Debian's package when it is missing and we may; the sentence says how it stands now."""
    if executable():
        return ""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return "There is no Chromium: the browser tests are skipped. On Debian: apt-get install chromium"
    quietly = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True, "timeout": seconds}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
    ):
        try:
            subprocess.run(command, check=True, **quietly)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            reason = (error.stderr or "no answer in time").strip().splitlines()[-1:]
            return f"Chromium could not be installed ({' '.join(reason)}): the browser tests are skipped."
    return "Installed Chromium for the browser tests."


def launch(playwright):
    """Start the installed browser. Raises `FileNotFoundError` when there is none."""
    path = executable()
    if path is None:
        raise FileNotFoundError("No Chromium is installed. On Debian: apt-get install chromium")
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)


if __name__ == "__main__":
    if said := install():
        print(said)
