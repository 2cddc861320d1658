"""The processes of `make demo`: they end with it, however it ends, and a port that is taken is passed over."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.utils import translation

from onestop.demo.processes import ChildEnded, Children, free_port

PROJECT_DIR = Path(__file__).parents[2]


@pytest.fixture
def children(tmp_path):
    """Children that run modules written by the test; whatever is left is stopped."""
    family = Children(tmp_path, tmp_path)
    yield family
    family.stop()


def module(folder: Path, name: str, code: str) -> str:
    (folder / f"{name}.py").write_text(code)
    return name


def wait_for_text(log: Path, text: str) -> str:
    deadline = time.monotonic() + 20
    while text not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.02)
    return log.read_text()


def is_alive(pid: int) -> bool:
    """Running; one that has ended and waits to be reaped is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for_end(pid: int) -> None:
    deadline = time.monotonic() + 20
    while is_alive(pid):
        assert time.monotonic() < deadline, f"process {pid} goes on"
        time.sleep(0.02)


WITH_CHILD = (
    "import subprocess, sys, time;"
    "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); print('child', p.pid); time.sleep(60)"
)


def test_stop_ends_children_and_what_they_started(children, tmp_path):
    log = children.start("web", module(tmp_path, "parent", WITH_CHILD))
    grandchild = int(wait_for_text(log, "child ").split()[1])
    children.watch()
    children.stop()
    wait_for_end(grandchild)


def test_stop_lets_a_child_finish_its_work(children, tmp_path):
    code = (
        "import signal, time, sys\n"
        "def end(*_):\n    time.sleep(0.3); print('finished'); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end); print('ready'); time.sleep(60)"
    )
    log = children.start("worker", module(tmp_path, "worker", code))
    wait_for_text(log, "ready")
    children.stop()
    assert log.read_text() == "ready\nfinished\n"


def test_stop_ends_by_force_what_does_not_listen(children, tmp_path, monkeypatch):
    monkeypatch.setattr("onestop.demo.processes.STOP_SECONDS", 0.3)
    code = "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('pid', os.getpid()); time.sleep(60)"
    log = children.start("deaf", module(tmp_path, "deaf", code))
    pid = int(wait_for_text(log, "pid ").split()[1])
    children.stop()
    wait_for_end(pid)


def test_child_that_ends_by_itself_is_named_with_the_end_of_its_log(children, tmp_path):
    log = children.start("beat", module(tmp_path, "broken", "print('line'); raise SystemExit('no broker')"))
    wait_for_text(log, "no broker")
    with (
        translation.override("en"),
        pytest.raises(ChildEnded, match="(?s)beat ended with code 1.*no broker") as ended,
    ):
        while True:
            children.watch()
    assert str(log) in str(ended.value)


def test_children_end_when_the_demo_is_killed(tmp_path):
    code = (
        "import pathlib, time; from onestop.demo.processes import Children;"
        f"c = Children(pathlib.Path({str(tmp_path)!r}), pathlib.Path({str(tmp_path)!r}));"
        "c.start('web', 'sleeper'); time.sleep(60)"
    )
    module(tmp_path, "sleeper", "import os, time; print('pid', os.getpid()); time.sleep(60)")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "web.log").touch()
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT_DIR)
    pid = int(wait_for_text(tmp_path / "logs" / "web.log", "pid ").split()[1])
    parent.kill()
    parent.wait()
    wait_for_end(pid)


def test_taken_port_is_passed_over():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) > port
    assert free_port(port) == port
