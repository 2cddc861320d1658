"""The demo's child processes: each with a log and a process group of its own, none left behind."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from onestop.embedded.keeper import log_file
from onestop.embedded.spawn import tied_to_this_process

STOP_SECONDS = 20  # for a worker to finish what it has begun
FIRST_PORT, PORTS = 8000, 100


class ChildEnded(Exception):
    """A child ended by itself; the text names it and shows the end of its log."""


@dataclass(frozen=True, slots=True)
class Child:
    name: str
    process: subprocess.Popen
    log: Path


class Children:
    """Processes that live exactly as long as the demo."""

    def __init__(self, data_dir: Path, project_dir: Path):
        self._data_dir = data_dir
        self._project_dir = project_dir
        self._children: list[Child] = []

    def start(self, name: str, *module_and_arguments: str) -> Path:
        """Run `python -m …`; returns the path of its log. Ctrl-C in the terminal does not reach it."""
        log = log_file(self._data_dir, name)
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", *module_and_arguments],
                cwd=self._project_dir,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=tied_to_this_process(signal.SIGTERM),
            )
        self._children.append(Child(name, process, log))
        return log

    def watch(self) -> None:
        """Raises `ChildEnded` when one is gone."""
        for child in self._children:
            code = child.process.poll()
            if code is not None:
                raise ChildEnded(
                    _("%(name)s ended with code %(code)s. The end of %(log)s:\n%(tail)s")
                    % {"name": child.name, "code": code, "log": child.log, "tail": tail(child.log)}
                )

    def stop(self) -> None:
        """Ask all to end, wait for it, and end by force what does not; last started, first asked."""
        for child in reversed(self._children):
            if child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in reversed(self._children):
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
            # Also what the child itself had started: the group outlives its first process.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
        self._children.clear()


def tail(log: Path, lines: int = 15) -> str:
    return "\n".join(f"    {line}" for line in log.read_text(errors="replace").splitlines()[-lines:])


def free_port(wanted: int = FIRST_PORT) -> int:
    """The wanted port of this machine, or the next one that nobody listens on."""
    for port in range(wanted, wanted + PORTS):
        with socket.socket() as probe:
            # As servers do: a connection that has just been closed does not count as "taken".
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"No port from {wanted} to {wanted + PORTS - 1} is free.")
