"""PostgreSQL's own programs, and how they reach the database of the settings."""

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

from django.db import connection
from django.utils.translation import gettext as _

from onestop.backup import BackupError
from onestop.embedded import EmbeddedError
from onestop.embedded.postgresql import wheel_dir

DEBIAN = Path("/usr/lib/postgresql")
# From here on pg_restore sets transaction_timeout, which a server before does not know; and one from before
# does not read what such a pg_dump wrote.
SETS_TRANSACTION_TIMEOUT = 17
# Options of the connection that the programs know by these names.
OPTIONS = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


def server_major() -> int:
    """The main version of the server that the settings name, such as 18."""
    connection.ensure_connection()
    return connection.pg_version // 10_000


def goes_with(major: int, server: int) -> bool:
    """Whether what a program of this main version writes or sends is understood by such a server."""
    return server >= SETS_TRANSACTION_TIMEOUT or major < SETS_TRANSACTION_TIMEOUT


def program(name: str, major: int, *, server: int | None = None) -> Path:
    """The program of this main version, else a newer one; it goes with `server`, the main version of one.

    Looked for where Debian puts it, in the path, and in the wheel of the private server. Raises `BackupError`.
    """
    for path in _places(name, major):
        found = major_of(path) if path.exists() else 0
        if found >= major and (server is None or goes_with(found, server)):
            return path
    raise BackupError(
        _(
            "No %(name)s that fits PostgreSQL %(major)s is on this machine. On Debian or Ubuntu: "
            "apt-get install postgresql-client-%(major)s"
        )
        % {"name": name, "major": major}
    )


def _places(name: str, major: int) -> list[Path]:
    places = [DEBIAN / str(major) / "bin" / name]
    if in_path := shutil.which(name):
        places.append(Path(in_path))
    with contextlib.suppress(EmbeddedError):  # a server need not have the wheel
        places.append(wheel_dir() / "pginstall" / "bin" / name)
    return places


def major_of(program: Path) -> int:
    """`pg_dump (PostgreSQL) 18.6` is 18."""
    said = subprocess.run([program, "--version"], text=True, capture_output=True, check=True).stdout
    return int(said.split(")")[1].split(".")[0])


def run(program: Path, *arguments: str) -> str:
    """Run it on the database of the settings; its output. Raises `BackupError` with what it says."""
    done = subprocess.run(
        [program, *arguments], env=_environment(), text=True, capture_output=True, check=False
    )
    if done.returncode:
        said = " ".join(done.stderr.strip().splitlines()[-3:])
        raise BackupError(_("%(name)s failed: %(said)s") % {"name": program.name, "said": said})
    return done.stdout


def _environment() -> dict[str, str]:
    """By variables, because arguments can be read by everybody on the machine."""
    given = connection.settings_dict
    named = {f"PG{name}": given[name] for name in ("HOST", "PORT", "USER", "PASSWORD") if given[name]}
    named["PGDATABASE"] = given["NAME"]
    named |= {OPTIONS[name]: value for name, value in given["OPTIONS"].items() if name in OPTIONS}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, **{name: str(value) for name, value in named.items()}}
