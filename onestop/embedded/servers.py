"""What a process does to use the private servers: `ensure` before, `leave` after (or just end).

`start` and `stop` are for hands-on work: servers that stay until told.
"""

import atexit
import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import onestop
from onestop.embedded import EmbeddedError, places, postgresql, valkey
from onestop.embedded.keeper import POSTGRESQL, REDIS, STAYS, open_lock

BOTH = (POSTGRESQL, REDIS)
NAMES = {POSTGRESQL: "PostgreSQL", REDIS: "Redis"}
PROJECT_DIR = Path(onestop.__file__).parent.parent


@dataclass(frozen=True, slots=True)
class _Use:
    """A lock that says: this process uses the servers of a data folder."""

    descriptor: int
    process: int  # a forked child inherits the descriptor, and must not give the lock away


_uses: dict[Path, _Use] = {}
_keepers: list[subprocess.Popen] = []  # ours, kept so that ending ones are reaped


def ensure(
    data_dir: Path, *, services: tuple[str, ...] = BOTH, unsafe: bool = False, quiet: bool = False
) -> bool:
    """Make sure that the private servers run, and that they go on while this process lives.

    Starts them when nobody has; many processes may call this at once. With `unsafe`, PostgreSQL does
    not wait for the disk (tests). Returns whether this call started them, and then says so in one line
    on standard error unless `quiet`. Raises `EmbeddedError` with a sentence.
    """
    data_dir = data_dir.resolve()
    places.check_data_dir(data_dir)
    use = _uses.get(data_dir)
    if use is None or use.process != os.getpid():
        _uses[data_dir] = _Use(_use(data_dir), os.getpid())
        atexit.register(leave, data_dir)
    with _starting(data_dir):
        if keeper_pid(data_dir) and is_running(data_dir, services=services):
            return False
        _wait_for_end_of_keeper(data_dir)
        began = time.monotonic()
        _spawn_keeper(data_dir, services=services, unsafe=unsafe, stay=False)
    if not quiet:
        names = " and ".join(NAMES[name] for name in services)
        print(f"Started private {names} in {time.monotonic() - began:.1f} s ({data_dir})", file=sys.stderr)
    return True


def _use(data_dir: Path) -> int:
    """The users' lock; waits while a keeper that nobody used stops its servers."""
    descriptor = open_lock(data_dir, "users")
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def leave(data_dir: Path, *, patience: float = 0) -> None:
    """Say that this process no longer uses the servers; the last one waits until they have stopped.

    With `patience` (seconds) it also waits for other users that are just ending.
    """
    use = _uses.get(data_dir := data_dir.resolve())
    if use is None or use.process != os.getpid():
        return
    del _uses[data_dir]
    try:
        if _is_the_last(use, patience):
            stop(data_dir)
    finally:
        os.close(use.descriptor)


def _is_the_last(use: _Use, patience: float) -> bool:
    """Whether nobody else uses the servers; then nobody can begin to before the lock is given back."""
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(use.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            # Others go on using the servers; or the keeper was quicker and stops them: then this waits.
            fcntl.flock(use.descriptor, fcntl.LOCK_SH)
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.05)


def start(data_dir: Path, *, services: tuple[str, ...] = BOTH, unsafe: bool = False) -> bool:
    """Start servers that stay until `stop`, or make running ones stay. Returns whether they were started."""
    data_dir = data_dir.resolve()
    places.check_data_dir(data_dir)
    descriptor = _use(data_dir)  # nobody can be the last user meanwhile
    try:
        with _starting(data_dir):
            if (keeper := keeper_pid(data_dir)) and is_running(data_dir, services=services):
                os.kill(keeper, signal.SIGUSR1)
                _wait(
                    lambda: keeper_stays(data_dir) or keeper_pid(data_dir) is None,
                    10,
                    f"The keeper of the private servers (process {keeper}) does not answer.",
                )
                if keeper_stays(data_dir):
                    return False
            _wait_for_end_of_keeper(data_dir)
            _spawn_keeper(data_dir, services=services, unsafe=unsafe, stay=True)
        return True
    finally:
        os.close(descriptor)


def stop(data_dir: Path) -> bool:
    """Stop the servers, whoever uses them, and wait for it. Returns whether they were running."""
    data_dir = data_dir.resolve()
    with _starting(data_dir):
        keeper = keeper_pid(data_dir)
        if keeper is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(keeper, signal.SIGTERM)
        _wait(
            lambda: keeper_pid(data_dir) is None,
            60,
            f"The private servers of {data_dir} do not stop (keeper: process {keeper}).",
        )
    return True


def remove(data_dir: Path) -> list[Path]:
    """Stop the servers and delete their data, also what lies outside the data folder."""
    stop(data_dir)
    folders = [data_dir / "postgresql", data_dir / "redis", places.spare_dir(data_dir)]
    removed = [folder for folder in folders if folder.exists()]
    for folder in removed:
        shutil.rmtree(folder)
    return removed


def is_running(data_dir: Path, *, services: tuple[str, ...] = BOTH) -> bool:
    """Whether something answers at the address of each service."""
    answers = {POSTGRESQL: postgresql.accepts, REDIS: valkey.is_ready}
    return all(answers[name](data_dir) for name in services)


def keeper_pid(data_dir: Path) -> int | None:
    """The process that holds the servers, while there is one."""
    note = _keepers_note(data_dir).split()
    return int(note[0]) if note else None


def keeper_stays(data_dir: Path) -> bool:
    """Whether the keeper goes on without users."""
    return _keepers_note(data_dir).endswith(STAYS)


def _keepers_note(data_dir: Path) -> str:
    """What the keeper wrote into its lock file; empty when there is no keeper."""
    lock = open_lock(data_dir, "keeper")
    try:
        # Shared: two who ask at once must not take each other for a keeper.
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.read(lock, 40).decode()
    else:
        return ""
    finally:
        os.close(lock)


@contextlib.contextmanager
def _starting(data_dir: Path) -> Iterator[None]:
    """One process at a time starts or stops the servers of a data folder."""
    lock = open_lock(data_dir, "start")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _wait_for_end_of_keeper(data_dir: Path, seconds: float = 10) -> None:
    _wait(
        lambda: keeper_pid(data_dir) is None,
        seconds,
        f"The private servers of {data_dir} run, but not all that are needed now. "
        "Stop them with `python -m onestop.embedded stop`, then try again.",
    )
    for keeper in list(_keepers):
        if keeper.poll() is not None:
            _keepers.remove(keeper)


def _wait(done: Callable[[], bool], seconds: float, otherwise: str) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise EmbeddedError(otherwise)
        time.sleep(0.02)


def _spawn_keeper(data_dir: Path, *, services: tuple[str, ...], unsafe: bool, stay: bool) -> None:
    command = [sys.executable, "-m", "onestop.embedded", "keep", "--data-dir", str(data_dir)]
    command += ["--services", ",".join(services)]
    command += ["--unsafe"] if unsafe else []
    command += ["--stay"] if stay else []
    log = data_dir / "logs" / "keeper.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("ab") as errors:
        keeper = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=PROJECT_DIR,
            text=True,
            start_new_session=True,  # Ctrl-C is for the program that the person runs, not for the servers
        )
    _keepers.append(keeper)
    with keeper.stdout as lines:
        for line in map(str.strip, lines):
            if line == "ready":
                return
            if line.startswith("error: "):
                raise EmbeddedError(line.removeprefix("error: "))
            print(f"Note: {line}", file=sys.stderr)
    raise EmbeddedError(f"The keeper of the private servers ended with code {keeper.wait()} (log: {log}).")
