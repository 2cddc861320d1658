"""The process that holds the private servers, and stops them when nobody needs them any more.

Every process that uses the servers holds a shared lock on `run/users.lock`; the kernel drops it however
the process ends. The keeper waits for the exclusive lock: it gets it when the last user has gone.
The servers are the keeper's children and die with it, so nothing is ever left behind.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from onestop.embedded import EmbeddedError, places, postgresql, runtime_dir, valkey

POSTGRESQL, REDIS = "postgresql", "redis"
START_SECONDS = 120  # a cluster that was killed replays its log first
LOG_KEEPS_BYTES = 5_000_000
STAYS = "stays"
# Stop; stay; a server has ended.
SIGNALS = {signal.SIGTERM, signal.SIGUSR1, signal.SIGCHLD}


class ServerEnded(Exception):
    """A server ended by itself; the keeper then stops the other one, and the next user starts both."""


def run_dir(data_dir: Path) -> Path:
    folder = data_dir / "run"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def open_lock(data_dir: Path, name: str) -> int:
    """A file descriptor to lock; children that are executed do not inherit it."""
    return os.open(run_dir(data_dir) / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)


def log_file(data_dir: Path, name: str) -> Path:
    """Path of a log under `logs/`; a grown one is put aside, one old log is kept."""
    path = data_dir / "logs" / f"{name}.log"
    path.parent.mkdir(exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_KEEPS_BYTES:
        path.replace(path.with_suffix(".log.1"))
    path.touch(mode=0o600)  # slow statements stand in PostgreSQL's with what was asked for
    return path


def keep(data_dir: Path, *, services: tuple[str, ...], unsafe: bool, stay: bool) -> int:
    """Start the servers, say `ready`, hold them until the last user has gone (or, with `stay`, until told).

    Lines for the person who waits go to standard output; after `ready` it is closed.
    """
    # Signals are waited for, never handled in the middle of something: no moment is a wrong one.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    lock = _become_the_only_keeper(data_dir)
    servers: dict[str, subprocess.Popen] = {}
    try:
        places.make_owned_dir(runtime_dir(data_dir))
        if REDIS in services:
            servers[REDIS] = _start_redis(data_dir)
        if POSTGRESQL in services:
            _start_postgresql(data_dir, servers, unsafe=unsafe)
        if stay:
            _stay(data_dir, lock)
        _print("ready")
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        _wait_until_unused(data_dir, lock, servers)
    except (EmbeddedError, OSError) as error:
        _print(f"error: {error}")
        return 1
    except ServerEnded as ended:
        print(f"{time.strftime('%F %T')} {ended}", file=sys.stderr)
        return 1
    finally:
        _stop(servers)
        shutil.rmtree(runtime_dir(data_dir), ignore_errors=True)
    return 0


def _stay(data_dir: Path, lock: int) -> None:
    """Hold the users' lock until this process ends, so that nobody else is ever the last user; note it down.

    Who asks for it is a user, so the lock is free; if it is not, the servers are about to be stopped.
    """
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(open_lock(data_dir, "users"), fcntl.LOCK_SH | fcntl.LOCK_NB)
        os.pwrite(lock, f"{os.getpid()} {STAYS}".encode(), 0)


def _print(line: str) -> None:
    print(line, flush=True)


def _become_the_only_keeper(data_dir: Path) -> int:
    """Take the keeper's lock; the kernel gives it back when this process has ended, not a moment earlier."""
    lock = open_lock(data_dir, "keeper")
    deadline = time.monotonic() + 10
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:  # one that has just stopped its servers and is about to end
            if time.monotonic() > deadline:
                _print("error: another keeper already holds these servers")
                sys.exit(1)
            time.sleep(0.05)
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def _start_redis(data_dir: Path) -> subprocess.Popen:
    # A server whose keeper was killed a moment ago removes the socket, ours by then, as it ends.
    deadline = time.monotonic() + 10
    while valkey.is_ready(data_dir) and time.monotonic() < deadline:
        time.sleep(0.05)
    log = log_file(data_dir, REDIS)
    server = valkey.launch(data_dir, log)
    _wait(server, "Redis", log, partial(valkey.is_ready, data_dir))
    return server


def _start_postgresql(data_dir: Path, servers: dict[str, subprocess.Popen], *, unsafe: bool) -> None:
    account = places.server_account()
    bin_dir, cluster = postgresql.prepare(data_dir, account, unsafe=unsafe, say=_print)
    log = log_file(data_dir, POSTGRESQL)
    deadline = time.monotonic() + 20
    while True:
        server = postgresql.launch(data_dir, bin_dir, cluster, account, log, unsafe=unsafe)
        servers[POSTGRESQL] = server
        try:
            _wait(server, "PostgreSQL", log, partial(postgresql.is_ready, cluster, server.pid))
            return
        except EmbeddedError as error:
            # Children of a server that was killed a moment ago still hold its shared memory.
            if "shared memory block" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.3)


def _wait(server: subprocess.Popen, name: str, log: Path, is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        if server.poll() is not None:
            raise EmbeddedError(f"{name} did not start: {tail(log)} (log: {log})")
        if time.monotonic() > deadline:
            raise EmbeddedError(f"{name} did not start within {START_SECONDS} seconds (log: {log})")
        time.sleep(0.02)


def tail(log: Path, lines: int = 4) -> str:
    return " / ".join(log.read_text(errors="replace").splitlines()[-lines:])


def _wait_until_unused(data_dir: Path, lock: int, servers: dict[str, subprocess.Popen]) -> None:
    def wait_for_the_last_user() -> None:
        # Kept until this process ends: who comes now waits, then starts anew.
        fcntl.flock(open_lock(data_dir, "users"), fcntl.LOCK_EX)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait_for_the_last_user, daemon=True).start()
    while True:
        for name, server in servers.items():
            if server.poll() is not None:
                raise ServerEnded(f"{name} ended by itself with code {server.returncode}")
        number = signal.sigwait(SIGNALS)
        if number == signal.SIGTERM:
            return
        if number == signal.SIGUSR1:
            _stay(data_dir, lock)


def _stop(servers: dict[str, subprocess.Popen]) -> None:
    """Fast and clean first; by force only when that does not help."""
    gentle = {POSTGRESQL: signal.SIGINT, REDIS: signal.SIGTERM}
    for name, server in servers.items():
        if server.poll() is None:
            server.send_signal(gentle[name])
    for server in servers.values():
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGQUIT)
            try:
                server.wait(5)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
