"""What docs/operations.md says about going back to a moment, done with a real PostgreSQL that archives its log."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from onestop import embedded
from onestop.embedded import places, postgresql

ARCHIVING = """
archive_mode = on
archive_command = 'test ! -f {archive}/%f && cp %p {archive}/%f'
"""
GOING_BACK = """
restore_command = 'cp {archive}/%f %p'
recovery_target_time = '{moment}'
recovery_target_action = promote
"""


class Cluster:
    """One PostgreSQL of its own, with an archive of its log beside it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.account = places.server_account()
        places.make_owned_dir(embedded.runtime_dir(folder))
        self.archive = folder / "archive"
        places.make_account_dir(self.archive, self.account)
        self.bin, self.data = postgresql.prepare(folder, self.account, unsafe=True, say=print)
        self.log = folder / "log"

    def start(self) -> None:
        self.server = postgresql.launch(self.folder, self.bin, self.data, self.account, self.log, unsafe=True)
        deadline = time.monotonic() + 60
        while not postgresql.is_ready(self.data, self.server.pid):
            assert self.server.poll() is None and time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def configure(self, text: str) -> None:
        with (self.data / "postgresql.auto.conf").open("a") as file:
            file.write(text)

    def let_backups_connect(self) -> None:
        with (self.data / "pg_hba.conf").open("a") as file:
            file.write("local replication all peer map=owner\n")

    def ask(self, sql: str):
        with psycopg.connect(embedded.database_url(self.folder), autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchone()[0] if cursor.description else None

    def base_backup(self, target: Path) -> None:
        socket = embedded.postgresql_socket_dir(self.folder)
        subprocess.run(
            [self.bin / "pg_basebackup", "--host", socket, "--username", "onestop", "--pgdata", target,
             "--checkpoint", "fast"],
            check=True,
            capture_output=True,
        )  # fmt: skip

    def lose(self) -> None:
        """The machine is gone: no goodbye, no files, nothing but the archive and the base backup."""
        os.kill(self.server.pid, signal.SIGKILL)
        self.server.wait()
        shutil.rmtree(self.data)

    def bring_back(self, base: Path, moment: str) -> None:
        shutil.copytree(base, self.data)
        self.configure(GOING_BACK.format(archive=self.archive, moment=moment))
        (self.data / "recovery.signal").touch()
        if self.account.switches:
            for path in (self.data, *self.data.rglob("*")):
                os.chown(path, self.account.uid, self.account.gid)

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.server.pid, signal.SIGQUIT)
        self.server.wait()


@pytest.fixture
def cluster():
    folder = Path(tempfile.mkdtemp(prefix="onestop-moment-"))
    folder.chmod(0o711)
    one = Cluster(folder)
    yield one
    one.stop()
    shutil.rmtree(embedded.runtime_dir(folder), ignore_errors=True)
    shutil.rmtree(places.spare_dir(folder), ignore_errors=True)
    shutil.rmtree(folder)


def wait_until_archived(cluster: Cluster, segment: str) -> None:
    deadline = time.monotonic() + 60
    while not (cluster.archive / segment).exists():
        assert time.monotonic() < deadline, f"{segment} is not archived: {cluster.log.read_text()}"
        time.sleep(0.05)


def test_the_database_goes_back_to_the_moment_before_a_mistake(cluster):
    cluster.configure(ARCHIVING.format(archive=cluster.archive))
    cluster.let_backups_connect()
    cluster.start()
    cluster.ask("CREATE TABLE dossiers AS SELECT n FROM generate_series(1, 100) n")
    cluster.base_backup(cluster.folder / "base")
    cluster.ask("INSERT INTO dossiers SELECT n FROM generate_series(101, 150) n")  # after the base backup
    time.sleep(0.1)
    moment = cluster.ask("SELECT now()::text")
    time.sleep(0.1)
    cluster.ask("DELETE FROM dossiers")  # the mistake
    assert cluster.ask("SELECT count(*) FROM dossiers") == 0
    wait_until_archived(cluster, cluster.ask("SELECT pg_walfile_name(pg_switch_wal())"))
    cluster.lose()

    cluster.bring_back(cluster.folder / "base", moment)
    cluster.start()
    assert cluster.ask("SELECT count(*) FROM dossiers") == 150
    assert cluster.ask("SELECT max(n) FROM dossiers") == 150
    deadline = time.monotonic() + 30
    while cluster.ask("SELECT pg_is_in_recovery()"):  # promoted: people may work again
        assert time.monotonic() < deadline
        time.sleep(0.05)
    cluster.ask("INSERT INTO dossiers VALUES (151)")
