"""The databases of a run: made from one template, filled by `manage.py generate_dossiers`, dropped at the end.

Several stand open at once, so that rounds on a small and on a large one can follow each other.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

TEMPLATE = "bench_onestop"
MONTHS = 4  # back; every day of them is rolled up


class Databases:
    """By name; `on` has everything that is asked meanwhile go to one of them."""

    def __init__(self):
        self._open: dict[str, BaseDatabaseWrapper] = {}
        self._made: list[str] = []

    def fill(self, count: int, *, rolled_up: bool, say) -> str:
        """The name of a copy of the template with so many dossiers more."""
        name = f"{TEMPLATE}_{count}"
        with self.on("postgres"), connections["default"].cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            self._made.append(name)
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
        with self.on(name):
            call_command(
                "generate_dossiers",
                count=count,
                months=MONTHS,
                yes_fill_this_database=True,
                stdout=sys.stderr,
            )
            say(f"{count:,} dossiers")
            if rolled_up:
                call_command("rebuild_rollups", stdout=sys.stderr)
                say("their roll-ups")
        return name

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        before = connections["default"]
        if name not in self._open:
            self._open[name] = connections.create_connection("default")
            self._open[name].settings_dict = before.settings_dict | {"NAME": name}
        connections["default"] = self._open[name]
        try:
            yield
        finally:
            connections["default"] = before

    def close(self) -> None:
        """Close all, and drop what was made."""
        for connection in self._open.values():
            connection.close()
        with self.on("postgres"), connections["default"].cursor() as cursor:
            for name in self._made:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._open["postgres"].close()


@contextmanager
def rolled_back() -> Iterator[None]:
    """Everything inside is as if it had never been; no message and no task leaves it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def url_of(name: str) -> str:
    """`DATABASE_URL` for another process."""
    base, _slash, _name = settings.DATABASE_URL.partition("?")[0].rpartition("/")
    return f"{base}/{name}"
