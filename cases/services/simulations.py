"""Replays of past dossiers: small ones at once, large ones by a worker; kept in the cache, never in the database.

What was simulated for one person is the same for everybody who may ask for that agency, so the question is the key.
"""

import hashlib
from dataclasses import dataclass

from django.core.cache import cache
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cases.errors import Invalid
from cases.limits import CannotCount
from cases.simulation.past import Question, Simulation, simulate
from cases.simulation.scenarios import Scenario
from onestop.keyset import count_up_to

AT_ONCE = 2_000  # dossiers that nobody has to wait for
KEPT_SECONDS = 3_600
GIVEN_UP_SECONDS = 1_000  # a task has 900


@dataclass(frozen=True, slots=True)
class Standing:
    """What was found, or why nothing was, or how far the worker is; `to_begin`: nobody was asked before."""

    found: Simulation | None = None
    refused: str = ""
    percent: int = 0
    key: str = ""
    to_begin: bool = False


def look(question: Question, scenario: Scenario) -> Standing:
    """Simulate what is small; of what is large see how it stands. Raises `Invalid`.

    Nothing is sent to a worker here, see `cases.tasks.simulate_soon`.
    """
    if count_up_to(question.dossiers(all_of_them=scenario.staffing.changes), AT_ONCE) <= AT_ONCE:
        return _simulated(question, scenario)
    key = _key(question, scenario)
    if kept := cache.get(key):
        return kept
    asked = question, scenario, translation.get_language()
    to_begin = bool(cache.add(f"{key}:asked", asked, GIVEN_UP_SECONDS))
    if not to_begin and not cache.get(f"{key}:asked"):
        raise Invalid(
            _("Large simulations cannot be made at the moment. Choose a shorter period or an agency below.")
        )
    return Standing(percent=cache.get(f"{key}:percent") or 0, key=key, to_begin=to_begin)


def forget(key: str) -> None:
    """No worker could be asked: the next one who looks asks again."""
    cache.delete(f"{key}:asked")


def work(key: str) -> int:
    """Simulate what was asked for and keep it for an hour; how many dossiers were replayed. Safe to run twice."""
    asked = cache.get(f"{key}:asked")
    if asked is None or cache.get(key):
        return 0
    question, scenario, language = asked

    def tell(percent: int) -> None:
        cache.set(f"{key}:percent", percent, GIVEN_UP_SECONDS)

    with translation.override(language):
        standing = _simulated(question, scenario, tell=tell)
    cache.set(key, standing, KEPT_SECONDS)
    cache.delete_many([f"{key}:asked", f"{key}:percent"])
    return standing.found.dossiers if standing.found else 0


def _simulated(question: Question, scenario: Scenario, **telling) -> Standing:
    try:
        return Standing(simulate(question, scenario, **telling))
    except CannotCount as refused:
        return Standing(refused=str(refused))


def _key(question: Question, scenario: Scenario) -> str:
    """What is asked, on which day and in which language."""
    asked = (
        question.agency.identifier,
        str(question.period.first),
        str(question.period.last),
        question.procedure,
        question.field,
        scenario,
        timezone.localdate(question.now),
        translation.get_language(),
    )
    return "simulation-with-keys:" + hashlib.sha256(repr(asked).encode()).hexdigest()
