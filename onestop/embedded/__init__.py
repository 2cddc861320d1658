"""Private PostgreSQL and Redis for one machine, used when no servers are configured.

This module only says where they are: the settings import it, so it starts nothing. Who needs the
servers calls `onestop.embedded.servers.ensure`; the database backend in `onestop.embedded.backend`
does so by itself on the first connection.
"""

import contextlib
import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit

POSTGRESQL_PORT = 5432  # no port is opened; PostgreSQL names its socket file after it


class EmbeddedError(RuntimeError):
    """A private server cannot run; the text says why and what to do."""


def short_name(data_dir: Path) -> str:
    """A folder name for this user and this data folder, short enough for socket paths (107 bytes)."""
    digest = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:12]
    return f"onestop-{os.getuid()}-{digest}"


def runtime_dir(data_dir: Path) -> Path:
    """Where the sockets lie. Not `tempfile.gettempdir()`: every process must find the same folder."""
    return Path("/tmp") / short_name(data_dir)  # nosec B108 - made for its owner alone, see places.py


def postgresql_socket_dir(data_dir: Path) -> Path:
    return runtime_dir(data_dir) / "postgresql"


def redis_socket(data_dir: Path) -> Path:
    return runtime_dir(data_dir) / "redis.sock"


def database_url(data_dir: Path) -> str:
    host = quote(str(postgresql_socket_dir(data_dir)), safe="")
    return f"postgres://onestop@{host}:{POSTGRESQL_PORT}/onestop"


def redis_url(data_dir: Path) -> str:
    return f"unix://{redis_socket(data_dir)}?db=0"


def broker_url(redis_url: str) -> str:
    """The same server as Celery writes it: `redis+socket://` with a virtual host for a Unix socket."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    query["virtual_host"] = query.pop("db", "0")
    return f"redis+socket://{parts.netloc}{parts.path}?{urlencode(query)}"


def machine_secret(data_dir: Path, name: str = "secret_key") -> str:
    """A secret of a machine that was given none; made once, readable by its owner only."""
    path = data_dir / name
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        # Two first starts at once must end with one key: the file appears whole, by a link that
        # the second one fails to make. mkstemp gives mode 600.
        handle, draft = tempfile.mkstemp(dir=data_dir)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        Path(draft).unlink()
    return path.read_text()
