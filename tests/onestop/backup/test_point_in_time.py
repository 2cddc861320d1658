"""What docs/operations.md says about going back to a moment, done with a real PostgreSQL that archives its log."""

import shutil
import time
from pathlib import Path

import pytest

from onestop.embedded import places
from tests.onestop.clusters import Cluster, temporary_folder

ARCHIVING = """
archive_mode = on
archive_command = 'test ! -f {archive}/%f && cp %p {archive}/%f'
"""
GOING_BACK = """
restore_command = 'cp {archive}/%f %p'
recovery_target_time = '{moment}'
recovery_target_action = promote
"""


class Archiving(Cluster):
    """With an archive of its log beside it."""

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.archive = folder / "archive"
        places.make_account_dir(self.archive, self.account)

    def bring_back(self, base: Path, moment: str) -> None:
        shutil.copytree(base, self.data)
        self.configure(GOING_BACK.format(archive=self.archive, moment=moment))
        (self.data / "recovery.signal").touch()
        self.give_away(self.data)


@pytest.fixture
def cluster():
    with temporary_folder("onestop-moment-") as folder:
        one = Archiving(folder)
        yield one
        one.stop()


def wait_until_archived(cluster: Archiving, segment: str) -> None:
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
