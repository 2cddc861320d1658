"""Fixtures of the services' tests."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cases.models import Dossier
from onestop import embedded
from onestop.celery import app
from onestop.embedded import valkey
from onestop.embedded.spawn import tied_to_this_process
from tests.cases.simulation.helpers import lives_of_autumn


@pytest.fixture
def autumn(world, clock) -> list[Dossier]:
    """Dossiers of October and November 2026, looked at in December."""
    return lives_of_autumn(world, clock)


@dataclass
class PrivateRedis:
    """A Redis of one test, which may kill it."""

    folder: Path
    server: subprocess.Popen

    @property
    def url(self) -> str:
        return f"unix://{self.folder}/redis.sock?db=0"

    @property
    def broker_url(self) -> str:
        return embedded.broker_url(self.url)

    def kill(self) -> None:
        self.server.kill()
        self.server.wait()


@pytest.fixture
def private_redis() -> Iterator[PrivateRedis]:
    folder = Path(tempfile.mkdtemp(prefix="onestop-", dir="/tmp"))  # a socket's path must be short
    socket = folder / "redis.sock"
    command = [valkey.program(), "--port", "0", "--unixsocket", socket, "--dir", folder, "--save", ""]
    tied = tied_to_this_process(signal.SIGTERM)
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=tied)
    while not socket.exists():
        assert server.poll() is None, "the private Redis does not start"
        time.sleep(0.01)
    redis = PrivateRedis(folder, server)
    yield redis
    redis.kill()
    shutil.rmtree(folder)


@pytest.fixture
def broker_away(private_redis, monkeypatch) -> None:
    """The broker is a Redis that died, and no connection to another is left over from an earlier test."""
    private_redis.kill()
    monkeypatch.setattr(app.conf, "broker_url", private_redis.broker_url)
    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
