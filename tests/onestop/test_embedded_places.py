"""The private PostgreSQL and Redis: folders that can be used, and what is said when something is missing."""

import os
import shutil
import stat
import subprocess

import pytest

from onestop import embedded
from onestop.embedded import EmbeddedError, places, postgresql, servers, valkey
from tests.onestop.test_embedded import processes_of, query


# --- Places -------------------------------------------------------------------------------------
def test_folder_that_others_may_not_enter_is_left_as_it_is(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    data_dir = closed / ("long-" * 40) / ".data"
    servers.ensure(data_dir, unsafe=True, quiet=True)
    try:
        assert query(data_dir, "SELECT 1") == 1
        home = places.spare_dir(data_dir) if os.geteuid() == 0 else data_dir
        assert (home / "postgresql" / "PG_VERSION").exists()
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    finally:
        servers.leave(data_dir)
        servers.remove(data_dir)
    assert not places.spare_dir(data_dir).exists()


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    """Where the account of root's server may not enter; its keys are those that lie in it."""
    for name in ("FIELD_KEYS", "FIELD_KEYS_FILE"):
        monkeypatch.delenv(name, raising=False)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    return closed / ".data"


def test_a_deleted_data_folder_leaves_no_database_to_the_next_of_its_name(data_dir):
    """Its keys went with it: whoever clones again into the same place begins anew, and nothing is deleted."""
    servers.ensure(data_dir, unsafe=True, quiet=True)
    try:
        query(data_dir, "CREATE TABLE old AS SELECT 1 AS number")
        servers.leave(data_dir)
        servers.ensure(data_dir, unsafe=True, quiet=True)
        assert query(data_dir, "SELECT number FROM old") == 1
        servers.leave(data_dir)
        shutil.rmtree(data_dir)
        servers.ensure(data_dir, unsafe=True, quiet=True)
        assert query(data_dir, "SELECT to_regclass('old')") is None
        left = list(places.spare_dir(data_dir).glob("postgresql.left-*"))
        assert len(left) == (1 if os.geteuid() == 0 else 0)
    finally:
        servers.leave(data_dir)
        servers.remove(data_dir)


def test_a_database_whose_keys_are_still_there_is_no_orphan(data_dir):
    """The mark was lost, as in a folder that was brought back from an older copy."""
    data_dir.mkdir()
    (data_dir / "data_key").write_text("khoá thử")
    servers.ensure(data_dir, unsafe=True, quiet=True)
    try:
        query(data_dir, "CREATE TABLE kept AS SELECT 1 AS number")
        servers.leave(data_dir)
        (data_dir / "postgresql.mark").unlink(missing_ok=os.geteuid() != 0)  # who is not root has none
        servers.ensure(data_dir, unsafe=True, quiet=True)
        assert query(data_dir, "SELECT number FROM kept") == 1
    finally:
        servers.leave(data_dir)
        servers.remove(data_dir)


def test_programs_that_the_account_may_not_reach_are_copied(tmp_path, monkeypatch):
    """A virtual environment below /root, for example."""
    me = places.server_account()
    account = places.Account(me.name, me.uid, me.gid, me.client_name, switches=True)
    monkeypatch.setattr(postgresql, "may_be_entered_by", lambda path, account: False)
    bin_dir = postgresql.programs(tmp_path, account)
    try:
        assert bin_dir.is_relative_to(places.spare_dir(tmp_path))
        done = subprocess.run([bin_dir / "initdb", "--version"], capture_output=True, text=True)
        assert done.stdout.startswith("initdb (PostgreSQL)")
        assert all(path.stat().st_mode & stat.S_IROTH for path in bin_dir.iterdir())
    finally:
        servers.remove(tmp_path)


@pytest.mark.parametrize("trap", ["link", "open folder", "file"])
def test_socket_folder_prepared_by_somebody_else_is_refused(tmp_path, trap):
    sockets = embedded.runtime_dir(tmp_path)
    if trap == "link":
        sockets.symlink_to(tmp_path)
    elif trap == "open folder":
        sockets.mkdir()
        sockets.chmod(0o777)
    else:
        sockets.touch()
    try:
        with pytest.raises(EmbeddedError, match="not a folder that only you may write to"):
            places.make_owned_dir(sockets)
    finally:
        sockets.rmdir() if trap == "open folder" else sockets.unlink()


def test_data_folder_of_another_user_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)
    with pytest.raises(EmbeddedError, match="belongs to user number .* ONESTOP_DATA_DIR"):
        servers.ensure(tmp_path)


def test_data_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedError, match="cannot be used .* ONESTOP_DATA_DIR"):
        servers.ensure(tmp_path / "file" / ".data")


# --- What is missing ----------------------------------------------------------------------------
def test_python_without_a_redis_wheel_is_told_what_to_do(monkeypatch):
    monkeypatch.setattr(valkey.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(valkey.shutil, "which", lambda name: None)
    with pytest.raises(EmbeddedError, match=r"no private Redis for Python 3\.\d+\. Set REDIS_URL"):
        valkey.program()


def test_machine_without_the_postgresql_wheel_is_told_what_to_do(monkeypatch):
    monkeypatch.setattr(postgresql.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EmbeddedError, match="make setup.*DATABASE_URL"):
        postgresql.wheel_dir()


def test_user_without_a_name_is_told_what_to_do(monkeypatch):
    def nobody_known(uid):
        raise KeyError(uid)

    monkeypatch.setattr(places.pwd, "getpwuid", nobody_known)
    with pytest.raises(EmbeddedError, match="has none in /etc/passwd"):
        places.server_account()


def test_cluster_of_another_postgresql_is_refused(tmp_path):
    (tmp_path / "PG_VERSION").write_text("9\n")
    bin_dir = postgresql.wheel_dir() / "pginstall" / "bin"
    with pytest.raises(EmbeddedError, match="were made by PostgreSQL 9, and PostgreSQL 18 is installed"):
        postgresql.check_version(tmp_path, bin_dir)


def test_failed_start_tells_the_reason(tmp_path):
    (tmp_path / "redis").touch()  # a file where the server needs a folder
    with pytest.raises(EmbeddedError, match="File exists: .*redis"):
        servers.ensure(tmp_path, quiet=True)
    servers.leave(tmp_path)
    assert processes_of(tmp_path) == []
