"""The ground of a run: a PostgreSQL and a Redis of its own that may be killed, and the processes of the product.

PostgreSQL waits for the disk here (`fsync` on), as it does in production: what it has said to be stored must be there
after it was killed. Not the keeper of `onestop.embedded`: that one ends when a server does, and here they come back.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from onestop import embedded
from onestop.embedded import places, postgresql, valkey
from onestop.embedded.keeper import log_file
from onestop.embedded.spawn import tied_to_this_process

ROOT = Path(__file__).parent.parent.parent
UNLIMITED = "1000000/min"
THROTTLES = ("LOOKUP", "LOOKUP_CODE", "STAFF", "CATALOGUE", "FILING", "KIOSK", "FEEDBACK", "FAILED_SIGN_IN")
READY_SECONDS = 60


class Failed(Exception):
    """Something did not come back or did not happen; the text says what."""


def until(done: Callable[[], object], what: str, *, seconds: float = READY_SECONDS, pause: float = 0.05):
    """Wait for something true and return it. Raises `Failed`."""
    deadline = time.monotonic() + seconds
    while not (found := done()):
        if time.monotonic() > deadline:
            raise Failed(f"waited {seconds:g} seconds for {what}")
        time.sleep(pause)
    return found


class Ground:
    """Servers and processes in a temporary folder; `stop` ends them all."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.postgresql: subprocess.Popen | None = None
        self.redis: subprocess.Popen | None = None
        self.processes: dict[str, subprocess.Popen] = {}
        self.world = None  # the people of the stage, once it is set

    def settings(self) -> None:
        """Before Django reads them. Nothing of the environment counts: this must never reach real data."""
        for name in (
            "CELERY_BROKER_URL",
            "DOCUMENT_ROOT",
            "STATIC_ROOT",
            "SMS_GATEWAY_URL",
            "ZALO_GATEWAY_URL",
        ):
            os.environ.pop(name, None)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "onestop.settings",
            "ONESTOP_DATA_DIR": str(self.folder),
            "DATABASE_URL": embedded.database_url(self.folder),
            "REDIS_URL": embedded.redis_url(self.folder),
            "SECRET_KEY": "only-for-chaos-" + "x" * 50,
            "DEBUG": "0",
            "LOG_LEVEL": "ERROR",
            "QUIET_HOURS_FROM": "00:00",
            "QUIET_HOURS_TO": "00:00",
            **{f"THROTTLE_{name}": UNLIMITED for name in THROTTLES},
        }

    # --- Servers ----------------------------------------------------------------------------------
    def start_servers(self) -> None:
        places.make_owned_dir(embedded.runtime_dir(self.folder))
        self.start_postgresql()
        self.start_redis()

    def start_postgresql(self) -> None:
        """Also after it was killed: it recovers from its log by itself."""
        account = places.server_account()
        bin_dir, cluster = postgresql.prepare(self.folder, account, unsafe=False, say=print)
        log = log_file(self.folder, "postgresql")

        def ready() -> bool:
            # Children of a server that was killed may hold its memory for a moment; then it is tried again.
            if self.postgresql is None or self.postgresql.poll() is not None:
                self.postgresql = postgresql.launch(self.folder, bin_dir, cluster, account, log, unsafe=False)
            return postgresql.is_ready(cluster, self.postgresql.pid)

        until(ready, "PostgreSQL")

    def stop_postgresql(self, number: int = signal.SIGINT) -> None:
        """SIGINT is a fast shutdown, SIGKILL a crash of the postmaster."""
        self.postgresql.send_signal(number)
        self.postgresql.wait(30)
        self.postgresql = None

    def start_redis(self) -> None:
        self.redis = valkey.launch(self.folder, log_file(self.folder, "redis"))
        until(partial(valkey.is_ready, self.folder), "Redis")

    def stop_redis(self) -> None:
        self.redis.kill()
        self.redis.wait()

    # --- Databases --------------------------------------------------------------------------------
    def keep_as(self, name: str) -> None:
        """Keep the database as it is now, so that rounds can begin from here."""
        with self.maintenance() as run:
            run(f"CREATE DATABASE {name} TEMPLATE {postgresql.DATABASE}")

    def begin_from(self, name: str) -> None:
        """The database as it was kept; whoever is connected is thrown out."""
        with self.maintenance() as run:
            run(f"DROP DATABASE IF EXISTS {postgresql.DATABASE} WITH (FORCE)")
            run(f"CREATE DATABASE {postgresql.DATABASE} TEMPLATE {name}")
            # PostgreSQL logs the numbers of a sequence in advance, and a copy believes that of its original: without
            # this a crash right after it has numbers given twice, which is no fault of what is looked at here.
            run("CHECKPOINT")

    @contextlib.contextmanager
    def maintenance(self) -> Iterator[Callable]:
        import psycopg
        from django.db import connections

        connections.close_all()
        host = str(embedded.postgresql_socket_dir(self.folder))
        with psycopg.connect(host=host, user="onestop", dbname="postgres", autocommit=True) as connection:
            yield connection.execute

    # --- Processes of the product -----------------------------------------------------------------
    def start(self, name: str, *module_and_arguments: str, **environment: str) -> subprocess.Popen:
        log = log_file(self.folder, name)
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", *module_and_arguments],
                cwd=ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=tied_to_this_process(signal.SIGKILL),
            )
        self.processes[name] = process
        return process

    def kill(self, name: str) -> None:
        """The process and all that it has started, without a warning."""
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)
        for server, number in ((self.postgresql, signal.SIGINT), (self.redis, signal.SIGKILL)):
            if server is not None and server.poll() is None:
                server.send_signal(signal.SIGCONT)
                server.send_signal(number)
                server.wait(30)

    def stand_up(self) -> None:
        """After a fault: no process of the product, both servers there, whatever the fault has left."""
        for name in list(self.processes):
            self.kill(name)
        if self.postgresql is None or self.postgresql.poll() is not None:
            self.start_postgresql()
        self.redis.send_signal(signal.SIGCONT)
        if self.redis.poll() is not None:
            self.start_redis()

    def log_of(self, name: str) -> str:
        return log_file(self.folder, name).read_text(errors="replace")


# --- Work in a process of its own ---------------------------------------------------------------------


def forked(work: Callable[[], object]) -> int:
    """Do the work in a process of its own, with connections of its own; returns its number.

    What it says goes to `logs/forked.log`.
    """
    log = log_file(Path(os.environ["ONESTOP_DATA_DIR"]), "forked")
    from django.core.cache import cache
    from django.db import connections

    connections.close_all()
    cache.close()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(output, 1)
    os.dup2(output, 2)
    try:
        work()
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it is, this process ends here and says so
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def ended(pid: int) -> int:
    """Wait for it; its exit code, or minus the number of the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def killed_after(pid: int, seconds: float) -> bool:
    """Kill it after so long; whether it was still at work."""
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    return ended(pid) == -signal.SIGKILL
