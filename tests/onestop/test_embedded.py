"""The private PostgreSQL and Redis: started once, healed, never left behind."""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import dj_database_url
import psycopg
import pytest
import redis
from kombu import Connection

from onestop import embedded
from onestop.embedded import places, postgresql, servers

PROJECT_DIR = Path(__file__).parents[2]
USE = (
    "import sys; from pathlib import Path; from onestop.embedded import servers;"
    "print(servers.ensure(Path(sys.argv[1]), quiet=True, unsafe=True), flush=True); sys.stdin.read()"
)


@contextlib.contextmanager
def open_folder():
    """A folder that every account may pass, as a project's usually is; pytest closes its own."""
    folder = Path(tempfile.mkdtemp(prefix="onestop-embedded-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        servers.leave(folder)
        servers.remove(folder)
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def data_dir():
    """One cluster for the module."""
    with open_folder() as folder:
        yield folder


@pytest.fixture
def stopped(data_dir):
    """The cluster of the module with its servers stopped, so that tests are independent."""
    yield data_dir
    servers.leave(data_dir)
    servers.stop(data_dir)


@pytest.fixture
def empty_dir():
    with open_folder() as folder:
        yield folder


def query(data_dir: Path, sql: str):
    with psycopg.connect(embedded.database_url(data_dir), autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchone()[0] if cursor.description else None


def use_in_another_process(data_dir: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", USE, str(data_dir)],
        cwd=PROJECT_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def processes_of(data_dir: Path) -> list[str]:
    """Command lines of the servers and the keeper of this data folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().replace(b"\0", b" ").decode()
        except OSError:  # it has just ended
            continue
        mine = f"{data_dir}" in command or str(embedded.runtime_dir(data_dir)) in command
        if mine and USE not in command:
            found.append(command)
    return found


def wait_until(question, what: str):
    deadline = time.monotonic() + 30
    while not question():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def wait_until_nothing_runs(data_dir: Path):
    wait_until(lambda: not processes_of(data_dir), "the servers go on without users")


def postmaster_pid(data_dir: Path) -> int:
    cluster = postgresql.cluster_dir(data_dir, places.server_account())
    return int((cluster / "postmaster.pid").read_text().splitlines()[0])


# --- Addresses ----------------------------------------------------------------------------------
def test_addresses_are_understood_by_django_and_redis(tmp_path):
    parsed = dj_database_url.parse(embedded.database_url(tmp_path))
    sockets = embedded.runtime_dir(tmp_path)
    assert (parsed["HOST"], parsed["PORT"]) == (str(sockets / "postgresql"), 5432)
    assert (parsed["USER"], parsed["NAME"]) == ("onestop", "onestop")
    client = redis.Redis.from_url(embedded.redis_url(tmp_path))
    assert client.connection_pool.connection_kwargs["path"] == str(sockets / "redis.sock")


def test_broker_uses_the_same_database_of_redis(stopped):
    servers.ensure(stopped, unsafe=True, quiet=True)
    url = embedded.redis_url(stopped).replace("db=0", "db=3")
    with Connection(embedded.broker_url(url)) as broker, broker.SimpleQueue("letters") as queue:
        queue.put("one")
    assert redis.Redis.from_url(url).llen("letters") == 1


@pytest.mark.parametrize(
    "url, broker",
    [
        ("redis://redis:6379/1", "redis://redis:6379/1"),
        ("rediss://user:secret@redis:6379/0", "rediss://user:secret@redis:6379/0"),
        ("unix:///tmp/a.sock", "redis+socket:///tmp/a.sock?virtual_host=0"),
        ("unix:///tmp/a.sock?db=3", "redis+socket:///tmp/a.sock?virtual_host=3"),
    ],
)
def test_broker_address_changes_only_for_sockets(url, broker):
    assert embedded.broker_url(url) == broker


def test_socket_path_stays_short_however_deep_the_data_folder_is():
    deep = Path("/home") / ("x" * 250) / ("y" * 250) / ".data"
    longest = embedded.postgresql_socket_dir(deep) / ".s.PGSQL.5432.lock"
    assert len(str(longest)) < 100


def test_machine_secret_is_made_once_and_private(tmp_path):
    command = "import sys, pathlib, onestop.embedded as e; print(e.machine_secret(pathlib.Path(sys.argv[1])))"
    asking = [
        subprocess.Popen(
            [sys.executable, "-c", command, str(tmp_path / "new")],
            cwd=PROJECT_DIR,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    answers = {process.communicate(timeout=60)[0].strip() for process in asking}
    assert len(answers) == 1
    assert len(answers.pop()) >= 50
    secret = tmp_path / "new" / "secret_key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert [path.name for path in secret.parent.iterdir()] == ["secret_key"]


# --- Life ---------------------------------------------------------------------------------------
def test_first_user_starts_the_servers_and_the_last_one_stops_them(stopped):
    assert servers.ensure(stopped, unsafe=True, quiet=True) is True
    assert servers.ensure(stopped, unsafe=True, quiet=True) is False
    assert query(stopped, "SELECT datcollate FROM pg_database WHERE datname = 'onestop'") == "C"
    assert query(stopped, "SELECT lower('ĐƯỜNG')") == "đường"
    assert redis.Redis.from_url(embedded.redis_url(stopped)).ping() is True

    other = use_in_another_process(stopped)
    assert other.stdout.readline() == "False\n"
    servers.leave(stopped)
    assert servers.is_running(stopped), "the other process still uses them"

    other.communicate("", timeout=60)
    assert processes_of(stopped) == []
    assert not embedded.runtime_dir(stopped).exists()


def test_start_says_so_in_one_line_on_standard_error(stopped, capsys):
    servers.ensure(stopped, unsafe=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Started private PostgreSQL and Redis in ")
    assert err.count("\n") == 1


def test_parallel_starts_make_one_server(stopped):
    others = [use_in_another_process(stopped) for _ in range(5)]
    answers = [process.stdout.readline().strip() for process in others]
    assert sorted(answers) == ["False"] * 4 + ["True"]
    assert query(stopped, "SELECT 1") == 1
    assert len([line for line in processes_of(stopped) if " keep " in line]) == 1
    for process in others:
        process.communicate("", timeout=60)
    assert processes_of(stopped) == []


def test_killed_user_leaves_nothing_behind(stopped):
    other = use_in_another_process(stopped)
    assert other.stdout.readline() == "True\n"
    other.kill()
    other.communicate()
    wait_until_nothing_runs(stopped)


def test_killed_keeper_takes_the_servers_along_and_loses_nothing(stopped):
    servers.ensure(stopped, unsafe=True, quiet=True)
    query(stopped, "CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(servers.keeper_pid(stopped), signal.SIGKILL)
    wait_until(lambda: servers.keeper_pid(stopped) is None, "the keeper survived SIGKILL")
    assert servers.ensure(stopped, unsafe=True, quiet=True) is True
    assert query(stopped, "SELECT answer FROM kept") == 42
    query(stopped, "DROP TABLE kept")


def test_killed_postgresql_is_started_again_on_the_next_use(stopped):
    servers.ensure(stopped, unsafe=True, quiet=True)
    os.kill(postmaster_pid(stopped), signal.SIGKILL)
    wait_until(lambda: not servers.is_running(stopped), "PostgreSQL survived SIGKILL")
    assert servers.ensure(stopped, unsafe=True, quiet=True) is True
    assert query(stopped, "SELECT 1") == 1


def test_no_second_server_begins_beside_what_a_killed_one_left_at_work(stopped):
    """Two at one cluster ruin it: rows come twice under one key."""
    servers.ensure(stopped, unsafe=True, quiet=True)
    with psycopg.connect(embedded.database_url(stopped), autocommit=True) as connection:
        orphan = connection.info.backend_pid
        busy = threading.Thread(target=suppressed, args=(connection, BUSY))
        busy.start()
        at_work = f"SELECT state = 'active' FROM pg_stat_activity WHERE pid = {orphan}"
        wait_until(lambda: query(stopped, at_work), "the statement does not begin")
        os.kill(postmaster_pid(stopped), signal.SIGKILL)
        wait_until(lambda: not servers.is_running(stopped), "PostgreSQL survived SIGKILL")
        assert works(orphan), "the statement was to go on"
        assert servers.ensure(stopped, unsafe=True, quiet=True) is True
        assert not works(orphan)
        busy.join()
    assert query(stopped, "SELECT 1") == 1


BUSY = "DO $$BEGIN FOR i IN 1..2000000000 LOOP END LOOP; END$$"  # a minute without looking up


def works(pid: int) -> bool:
    """Whether the process is at work: not ended, nor ended and asked for by nobody."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def suppressed(connection, statement):
    with contextlib.suppress(psycopg.Error):
        connection.execute(statement)


def test_stale_pid_file_that_names_a_living_process_heals(stopped):
    servers.ensure(stopped, unsafe=True, quiet=True)
    cluster = postgresql.cluster_dir(stopped, places.server_account())
    text = (cluster / "postmaster.pid").read_text()
    servers.leave(stopped)
    foreign = subprocess.Popen(["sleep", "60"])
    (cluster / "postmaster.pid").write_text(text.replace(text.split("\n")[0], str(foreign.pid), 1))
    assert servers.ensure(stopped, unsafe=True, quiet=True) is True
    assert query(stopped, "SELECT 1") == 1
    assert foreign.poll() is None, "a process that is not ours was ended"
    foreign.kill()
    foreign.wait()


def test_broken_first_start_is_repeated_from_the_beginning(empty_dir):
    (empty_dir / "postgresql.new").mkdir()
    (empty_dir / "postgresql.new" / "PG_VERSION").write_text("half")
    assert servers.ensure(empty_dir, unsafe=True, quiet=True) is True
    assert query(empty_dir, "SELECT 1") == 1


def test_servers_started_by_hand_stay_until_told(stopped, capsys):
    assert servers.start(stopped, unsafe=True) is True
    assert servers.start(stopped, unsafe=True) is False
    servers.ensure(stopped, quiet=True)
    servers.leave(stopped)
    assert servers.is_running(stopped)
    assert servers.stop(stopped) is True
    assert servers.stop(stopped) is False
    assert processes_of(stopped) == []


def test_running_servers_can_be_told_to_stay(stopped):
    servers.ensure(stopped, unsafe=True, quiet=True)
    assert servers.start(stopped) is False
    servers.leave(stopped)
    assert servers.is_running(stopped)


def test_callers_locale_and_postgresql_variables_do_not_reach_the_servers(stopped, monkeypatch):
    """A terminal may ask for a locale that the machine does not have; Valkey then refuses to start."""
    for name in ("LANG", "LC_ALL", "LC_COLLATE"):
        monkeypatch.setenv(name, "vi_VN.UTF-8")
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGDATA", "/nowhere")
    servers.ensure(stopped, unsafe=True, quiet=True)
    assert query(stopped, "SELECT current_setting('port')") == "5432"


# --- Command line -------------------------------------------------------------------------------
def run(*command, data_dir: Path, **environment) -> subprocess.CompletedProcess:
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    env = {**kept, "ONESTOP_DATA_DIR": str(data_dir), **environment}
    return subprocess.run(
        [sys.executable, *command], cwd=PROJECT_DIR, env=env, capture_output=True, text=True, timeout=120
    )


def test_command_line_starts_shows_and_stops(stopped):
    started = run("-m", "onestop.embedded", "start", "--unsafe", data_dir=stopped)
    assert (started.returncode, started.stderr) == (0, "")
    assert "PostgreSQL runs" in started.stdout
    assert run("-m", "onestop.embedded", "status", data_dir=stopped).returncode == 0
    assert run("-m", "onestop.embedded", "stop", data_dir=stopped).stdout == "Stopped.\n"
    shown = run("-m", "onestop.embedded", "status", data_dir=stopped)
    assert (shown.returncode, "Redis      does not run" in shown.stdout) == (3, True)


def test_command_that_needs_no_database_starts_nothing(tmp_path):
    done = run("manage.py", "check", data_dir=tmp_path)
    assert (done.returncode, "Started" in done.stderr) == (0, False)
    assert not (tmp_path / "run").exists()


def test_command_that_needs_the_database_starts_it_and_stops_it_again(stopped):
    done = run("manage.py", "showmigrations", "contenttypes", data_dir=stopped)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "contenttypes\n [ ] 0001_initial\n [ ] 0002_remove_content_type_name\n"
    assert done.stderr.startswith("Started private PostgreSQL and Redis in ")
    assert processes_of(stopped) == []


def test_absent_database_is_one_line_and_no_traceback(tmp_path):
    url = "postgres://onestop@127.0.0.1:1/onestop"
    done = run("manage.py", "migrate", data_dir=tmp_path, DATABASE_URL=url, REDIS_URL="redis://127.0.0.1:1/0")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("OperationalError: ")
    assert "Traceback" not in done.stderr
