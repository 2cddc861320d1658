"""pytest plugin (`-p tests.services`): a real PostgreSQL and a real Redis before Django reads its settings.

`DATABASE_URL` and `REDIS_URL` are used when set; else private servers run under `.data/test/` for the
length of the run. Parallel workers inherit the addresses; each takes a Redis database of its own.
Scans and letters go to a temporary folder, never into the real data folder.
"""

import atexit
import os
import re
import shutil
import tempfile
from pathlib import Path

import pytest

from onestop import embedded
from onestop.embedded import servers

TEST_DATA_DIR = Path(__file__).parent.parent / ".data" / "test"
REDIS_DATABASES = 16  # what a Redis server has unless it was told otherwise
FILES_DIR = "ONESTOP_TEST_FILES_DIR"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config, parser, args):
    """A wrapper runs before every plain implementation, so before pytest-django loads the settings."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        prepare_run()
    prepare_process(worker)
    return (yield)


def pytest_terminal_summary(terminalreporter):
    """Skipped browser tests are told with their number, also by a quiet run."""
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if "no Chromium" in str(r.longrepr)]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} browser tests did not run: no Chromium is installed.")


def prepare_run() -> None:
    """Once per run: servers, and addresses for everybody; all goes when this process ends."""
    os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 50)
    # Tests on the real clock run at night too; those of the quiet hours set their own.
    os.environ |= {"QUIET_HOURS_FROM": "00:00", "QUIET_HOURS_TO": "00:00"}
    for number, name in enumerate(("FIELD_KEYS", "ID_HASH_KEY", "AUDIT_KEY")):
        os.environ.setdefault(name, f"only-for-tests-{number}-" + "x" * 50)
    os.environ[FILES_DIR] = tempfile.mkdtemp(prefix="onestop-test-")
    atexit.register(shutil.rmtree, os.environ[FILES_DIR], ignore_errors=True)
    needed = []
    if not os.environ.get("DATABASE_URL"):
        needed.append("postgresql")
        os.environ["DATABASE_URL"] = embedded.database_url(TEST_DATA_DIR)
    if not os.environ.get("REDIS_URL"):
        needed.append("redis")
        os.environ["REDIS_URL"] = embedded.redis_url(TEST_DATA_DIR)
    if needed:
        try:
            servers.ensure(TEST_DATA_DIR, services=tuple(needed), unsafe=True, quiet=True)
        except embedded.EmbeddedError as error:
            raise pytest.UsageError(str(error)) from error


def prepare_process(worker: str | None) -> None:
    """In each process: its own Redis database (never 0, where a development server may work) and folder."""
    number = 0 if worker is None else int(worker.removeprefix("gw")) + 1
    os.environ["REDIS_URL"] = with_database(os.environ["REDIS_URL"], 1 + number % (REDIS_DATABASES - 1))
    os.environ.pop("CELERY_BROKER_URL", None)  # follows REDIS_URL
    os.environ["ONESTOP_DATA_DIR"] = f"{os.environ[FILES_DIR]}/{worker or 'main'}"
    for name in ("DOCUMENT_ROOT", "STATIC_ROOT"):  # follow ONESTOP_DATA_DIR
        os.environ.pop(name, None)
    Path(os.environ["ONESTOP_DATA_DIR"], "static").mkdir(parents=True, exist_ok=True)


def with_database(url: str, number: int) -> str:
    """The address of Redis with database `number`: `redis://host:6379/3` or `unix:///path?db=3`."""
    if url.startswith("unix:"):
        return f"{url.split('?')[0]}?db={number}"
    return re.sub(r"^(\w+://[^/?]+)(/\d*)?", rf"\g<1>/{number}", url)
