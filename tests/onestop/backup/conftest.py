"""A second database and a second data folder, as on another machine; commands run there in processes of their own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql


@dataclass(frozen=True)
class Elsewhere:
    """Another installation of the same program, with the same keys."""

    name: str
    data_dir: Path

    @property
    def documents(self) -> Path:
        return self.data_dir / "documents"

    @property
    def environment(self) -> dict[str, str]:
        given = connection.settings_dict
        person = quote(given["USER"], safe="") + (
            f":{quote(given['PASSWORD'], safe='')}" * bool(given["PASSWORD"])
        )
        place = f"{quote(given['HOST'], safe='')}:{given['PORT']}"
        mine = {
            "DATABASE_URL": f"postgres://{person}@{place}/{self.name}",
            "ONESTOP_DATA_DIR": str(self.data_dir),
            "DEBUG": "0",
        }
        return {**os.environ, **mine}

    def python(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def manage(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        return self.python("manage.py", *arguments, **environment)

    def connect(self) -> psycopg.Connection:
        return connect(self.name)


def connect(name: str) -> psycopg.Connection:
    given = connection.settings_dict
    return psycopg.connect(
        host=given["HOST"],
        port=given["PORT"],
        user=given["USER"],
        password=given["PASSWORD"],
        dbname=name,
        autocommit=True,
    )


@pytest.fixture
def elsewhere(db_name_of_another, tmp_path) -> Iterator[Elsewhere]:
    """Empty at first."""
    name = sql.Identifier(db_name_of_another)
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name)
    with connect("postgres") as server:
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
    yield Elsewhere(db_name_of_another, tmp_path / "elsewhere")
    with connect("postgres") as server:
        server.execute(drop)


@pytest.fixture
def db_name_of_another(transactional_db) -> str:
    """Of this process alone; asked for after the test database is there, whose rows really are committed."""
    return f"{connection.settings_dict['NAME']}_elsewhere"
