"""A pooler in front of a real PostgreSQL, and another PostgreSQL that follows it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from onestop.demo.processes import free_port
from onestop.embedded import POSTGRESQL_PORT
from onestop.embedded.spawn import tied_to_this_process
from tests.onestop.clusters import Cluster, temporary_folder

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
POOLING = """
[databases]
onestop = host={socket} port={port} user=onestop dbname=onestop
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 200
logfile = {folder}/pgbouncer.log
pidfile = {folder}/pgbouncer.pid
"""


def wait_until(done, what: str, *, seconds: float = 60):
    deadline = time.monotonic() + seconds
    while not (found := done()):
        assert time.monotonic() < deadline, f"waited {seconds:g} seconds for {what}"
        time.sleep(0.1)
    return found


class Pooler:
    """PgBouncer in transaction mode, with far fewer connections behind than in front of it."""

    SIZE = 4

    def __init__(self, cluster: Cluster):
        self.cluster, self.port = cluster, free_port(16432)
        self.url = f"postgres://onestop@127.0.0.1:{self.port}/onestop"

    @contextmanager
    def running(self) -> Iterator["Pooler"]:
        account, folder = self.cluster.account, self.cluster.data.parent
        facts = {"socket": self.cluster.socket, "port": POSTGRESQL_PORT, "listen": self.port}
        own = folder / "pgbouncer"
        own.mkdir()
        (own / "pgbouncer.ini").write_text(POOLING.format(**facts, size=self.SIZE, folder=own))
        self.cluster.give_away(own)
        process = subprocess.Popen(
            [PGBOUNCER, "--quiet", own / "pgbouncer.ini"],
            cwd=own,
            preexec_fn=tied_to_this_process(signal.SIGINT),
            **account.popen_arguments,
        )
        try:
            yield self
        finally:
            process.kill()
            process.wait()

    def connections_behind(self) -> int:
        """How many connections of the server it holds."""
        return self.cluster.ask(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'onestop' AND backend_type = 'client backend'"
            " AND pid <> pg_backend_pid()"
        )


class Installation:
    """The program with its data in a folder, its commands and its web server in processes of their own."""

    def __init__(self, folder: Path, **environment: str):
        self.folder = folder
        self.environment = {
            **os.environ,
            "ONESTOP_DATA_DIR": str(folder),
            "DEBUG": "0",
            "LOG_LEVEL": "INFO",
            **environment,
        }
        (folder / "static").mkdir(parents=True, exist_ok=True)

    def python(self, *arguments: str, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment | environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def manage(self, *arguments: str, **environment: str) -> str:
        return self.python("manage.py", *arguments, **environment)

    @contextmanager
    def web(self, **environment: str) -> Iterator["Web"]:
        port = free_port(18600)
        command = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
        log = self.folder / "web.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", *command, "onestop.wsgi:application"],
                cwd=settings.BASE_DIR,
                env=self.environment | environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=tied_to_this_process(signal.SIGTERM),
            )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
                web = Web(http, log)
                wait_until(web.answers, "the web server", seconds=120)
                yield web
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Web:
    def __init__(self, http: httpx.Client, log: Path):
        self.http, self._log = http, log

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def answers(self) -> bool:
        try:
            return self.http.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def part(self, name: str) -> dict:
        return self.http.get("/readyz").json()["parts"][name]


@pytest.fixture(scope="module")
def primary() -> Iterator[Cluster]:
    with temporary_folder("onestop-primary-") as folder:
        cluster = Cluster(folder)
        cluster.let_backups_connect()
        cluster.let_its_account_connect()
        cluster.start()
        yield cluster
        cluster.stop()
