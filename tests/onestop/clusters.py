"""Real PostgreSQL clusters that one test has for itself, and may break."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from onestop import embedded
from onestop.embedded import places, postgresql


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """That the account of the servers may pass through; all that lies elsewhere for it goes too."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(embedded.runtime_dir(folder), ignore_errors=True)
        shutil.rmtree(places.spare_dir(folder), ignore_errors=True)
        shutil.rmtree(folder)


class Cluster:
    """One PostgreSQL of its own in a folder. `made_from`: a base backup of another one, which it then follows."""

    def __init__(self, folder: Path, *, made_from: "Cluster | None" = None):
        self.folder = folder
        self.account = places.server_account()
        places.make_owned_dir(embedded.runtime_dir(folder))
        if made_from is not None:
            self._copy(made_from)
        self.bin, self.data = postgresql.prepare(folder, self.account, unsafe=True, say=print)
        self.log = folder / "log"
        self.server: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return embedded.database_url(self.folder)

    @property
    def socket(self) -> Path:
        return embedded.postgresql_socket_dir(self.folder)

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

    def let_its_account_connect(self) -> None:
        """Programs that run beside it under its own account, such as a replica and a pooler."""
        with (self.data / "pg_ident.conf").open("a") as file:
            file.write(f'owner "{self.account.name}" onestop\n')

    def ask(self, sql: str, *values):
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(sql, values or None)
            return cursor.fetchone()[0] if cursor.description else None

    def base_backup(self, target: Path, *more: str) -> None:
        subprocess.run(
            [self.bin / "pg_basebackup", "--host", self.socket, "--username", "onestop", "--pgdata", target,
             "--checkpoint", "fast", *more],
            check=True,
            capture_output=True,
        )  # fmt: skip

    def _copy(self, primary: "Cluster") -> None:
        """As `pg_basebackup --write-recovery-conf` makes a standby."""
        target = postgresql.cluster_dir(self.folder, self.account)
        primary.base_backup(target, "--write-recovery-conf")
        self.give_away(target)

    def give_away(self, folder: Path) -> None:
        """The files belong to the account that runs the server."""
        if self.account.switches:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, self.account.uid, self.account.gid)

    def lose(self) -> None:
        """The machine is gone: no goodbye, no files."""
        self.kill()
        shutil.rmtree(self.data)

    def kill(self) -> None:
        os.kill(self.server.pid, signal.SIGKILL)
        self.server.wait()

    def stop(self) -> None:
        if self.server is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.server.pid, signal.SIGQUIT)
        self.server.wait()
