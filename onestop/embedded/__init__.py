"""Private PostgreSQL and Redis for one machine, used when no servers are configured."""

import secrets
from pathlib import Path


def database_url(data_dir: Path) -> str:
    return "postgres://"


def redis_url(data_dir: Path) -> str:
    return "redis://"


def broker_url(redis_url: str) -> str:
    return redis_url


def machine_secret(data_dir: Path) -> str:
    path = data_dir / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(50))
        path.chmod(0o600)
    return path.read_text()
