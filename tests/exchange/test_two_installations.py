"""Two installations exchange interlinked dossiers: everything once, in order, with receipts, whatever is down (R20)."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection
from psycopg import sql

from onestop.demo.processes import free_port
from onestop.embedded.spawn import tied_to_this_process
from tests.cast import MONDAY, local
from tests.exchange.keys import write
from tests.signing import PASSPHRASE

WARD, OTHER = "H41.101", "H41.102"  # ours asks, the other one answers


class Installation:
    """One of the two: its process may be killed, what it has stored stays."""

    def __init__(self, unit: str, folder: Path, database: str, port: int):
        self.unit, self.folder, self.database, self.port = unit, folder, database, port
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1/exchange/"

    def knows(self, other: "Installation") -> None:
        key, _certificate = write(self.folder, self.unit)
        _key, certificate = write(self.folder, other.unit)
        self.partners = {other.unit: {"url": other.url, "certificate": str(certificate)}}
        self.key, self.other = key, other.unit

    def start(self, moment: str, *, new: bool = False) -> None:
        server = connection.settings_dict
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.exchange.installation",
                str(self.port),
                moment,
                *(["--new"] if new else []),
            ],
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "onestop.settings",
                "DATABASE_URL": address(server, self.database),
                "ONESTOP_DATA_DIR": str(self.folder),
                "LOG_LEVEL": "CRITICAL",
                "EXCHANGE_UNIT": self.unit,
                "EXCHANGE_PKCS12": str(self.key),
                "EXCHANGE_PASSPHRASE": PASSPHRASE,
                "EXCHANGE_PARTNERS": json.dumps(self.partners),
                "ASKED": self.other,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=tied_to_this_process(signal.SIGKILL),
        )

    def is_ready(self) -> None:
        assert self._answer() == "ready"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def __getattr__(self, name: str):
        def order(*arguments):
            self.process.stdin.write(json.dumps([name, *arguments]) + "\n")
            self.process.stdin.flush()
            return self._answer()

        return order

    def _answer(self):
        line = self.process.stdout.readline()
        return json.loads(line) if line else None  # it was killed


def address(server: dict, name: str) -> str:
    host, port = server["HOST"], server["PORT"]
    return f"postgres://{server['USER']}@{quote(str(host), safe='')}{f':{port}' if port else ''}/{name}"


@pytest.fixture
def two(tmp_path, django_db_setup, django_db_blocker) -> Iterator[tuple[Installation, Installation]]:
    """The one that asks and the one that is asked, on Monday 09/11/2026 09:00."""
    template, base = connection.settings_dict["TEST"]["TEMPLATE"], connection.settings_dict["NAME"]
    names = [f"{base}_exchange_{number}" for number in (1, 2)]
    with django_db_blocker.unblock(), connection._nodb_cursor() as server:
        for name in names:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            server.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
    both = []
    for unit, name in zip((WARD, OTHER), names, strict=True):
        folder = tmp_path / unit
        (folder / "static").mkdir(parents=True)
        both.append(Installation(unit, folder, name, free_port(18200 + 10 * len(both))))
    ours, theirs = both
    ours.knows(theirs)
    theirs.knows(ours)
    try:
        for one in both:
            one.start(MONDAY, new=True)
        for one in both:
            one.is_ready()
        yield ours, theirs
    finally:
        for one in both:
            if one.process is not None:
                one.kill()
        with django_db_blocker.unblock(), connection._nodb_cursor() as server:
            for name in names:
                server.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )


def move(both, moment: str) -> None:
    for one in both:
        one.at(moment)


def test_a_dossier_is_exchanged_and_nothing_is_lost_when_one_is_down_for_a_day(two):
    ours, theirs = two
    # Asked, received, answered.
    first = ours.ask("Xác minh 1")
    assert ours.send() == {"delivered": 1}, ours.messages()
    (asked,) = theirs.requests()
    assert (asked[0], asked[1], asked[3]) == ("Xác minh 1", "2026-11-11 09:00", False)
    move(two, "2026-11-09 10:30")
    theirs.answer("Đúng 1", "Xác minh 1")
    move(two, "2026-11-09 10:40")
    assert theirs.send() == {"delivered": 1}
    (settled,) = ours.consultations()
    assert settled[:3] == ["Xác minh 1", "Đúng 1", "2026-11-09 10:30"]
    assert settled[3] == asked[2] + 1  # the file of the answer lies in the dossier

    # Killed between the hand-in and the receipt: it is there once all the same.
    ours.ask("Xác minh 2", first)
    ours.send_and_be_killed()
    ours.process.wait()
    ours.start("2026-11-09 10:40")
    ours.is_ready()
    assert (ours.send(), len(theirs.requests())) == ({}, 2)  # the lease of the killed one still runs
    move(two, "2026-11-09 10:46")
    assert ours.send() == {"delivered": 1}
    assert [row[0] for row in theirs.requests()] == ["Xác minh 1", "Xác minh 2"]

    # The other side answers and falls before it has told; for a day nobody reaches it.
    theirs.answer("Đúng 2", "Xác minh 2")
    theirs.kill()
    ours.ask("Xác minh 3", first)
    for hour in range(0, 25, 3):
        moment = local("2026-11-09 11:00") + timedelta(hours=hour)
        ours.at(f"{moment:%Y-%m-%d %H:%M}")
        assert set(ours.send()) <= {"waiting"}
        if hour == 3:
            ours.ask("Xác minh 4", first)
        if hour == 6:
            ours.withdraw(first)
    assert [row[1] for row in ours.messages()][2:] == ["waiting"] * 5

    # Up again, a day later.
    theirs.start("2026-11-10 12:30")
    theirs.is_ready()
    ours.at("2026-11-10 12:30")
    assert theirs.send() == {"delivered": 1}  # its answer comes too late: the dossier was withdrawn meanwhile
    assert ours.send() == {"delivered": 5}
    assert theirs.arrivals() == [
        ["request", "taken"],
        ["request", "taken"],
        ["request", "taken"],
        ["request", "taken"],
        ["withdrawal", "too_late"],
        ["withdrawal", "taken"],
        ["withdrawal", "taken"],
    ]
    assert [(row[0], row[3]) for row in theirs.requests()] == [
        ("Xác minh 1", False),
        ("Xác minh 2", False),
        ("Xác minh 3", True),
        ("Xác minh 4", True),
    ]
    assert ours.arrivals() == [["answer", "taken"], ["answer", "too_late"]]
    for one in two:
        assert all(row[1] == "delivered" and row[3] for row in one.messages())
        assert one.send() == {}
