"""Which other sides a contract is held against: always our simulator, and the real one where its address is set.

`CONTRACT_<SYSTEM>_URL` with all that is named beside it adds the real endpoint; without them that side does not
exist, so that nothing is skipped and nothing looks tested that was not. Use an account for tests there.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from onestop.simulators.base import Simulator, running

SIMULATOR, REAL = "simulator", "real"


def sides(system: str, *needed: str) -> list[str]:
    """The sides of a system, for the parameters of a fixture. Half of a configuration is an error, no smaller test."""
    names = [f"CONTRACT_{system}_{name}" for name in ("URL", *needed)]
    missing = [name for name in names if not os.environ.get(name)]
    if len(missing) == len(names):
        return [SIMULATOR]
    if missing:
        raise ValueError(f"The contract of {system} with the real endpoint needs {', '.join(missing)}.")
    return [SIMULATOR, REAL]


def given(system: str, name: str, default: str = "") -> str:
    return os.environ.get(f"CONTRACT_{system}_{name}", default)


@contextmanager
def side(which: str, system: str, simulator: Simulator) -> Iterator[str]:
    """The address of that side."""
    if which == REAL:
        yield given(system, "URL").rstrip("/")
        return
    with running([simulator]) as server:
        yield server.url(simulator.name)


def new_number() -> str:
    """A number that nobody there knows yet."""
    return uuid.uuid4().hex[:12].upper()
