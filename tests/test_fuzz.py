"""The committed OpenAPI file against the server that runs: every operation, as who may and as nobody.

Short, and each run asks the same; the long run is `make fuzz`. What a failure prints is a command to ask again.
"""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from rest_framework.throttling import SimpleRateThrottle

from cases import services
from cases.enums import State
from procedures.enums import Role
from scripts.fuzz import run as fuzz
from tests.cases.helpers import make_person
from tests.cast import build_world

EXAMPLES = 5  # of each operation, good and bad ones
# Of seventy operations; else a run would only be turned away at the door, and be content.
ENTERED = 60
DONE = 35


@pytest.fixture
def office(transactional_db, monkeypatch):
    """A ward with dossiers in every state, a late one too, and nobody who slows down who asks a lot."""
    rates = dict.fromkeys(SimpleRateThrottle.THROTTLE_RATES, "100000/min")
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", rates)
    with time_machine.travel(timezone.now() - timedelta(days=30)):
        world = build_world()
        make_person("quan-tri-phuong", world.ward, Role.AGENCY_ADMIN)
        late = world.processing()
    services.draft_apology(late)
    for state in State:
        for _ in range(3):
            world.in_state(state)
    world.receive(world.paid)
    return world.ward


def found_by(run) -> str:
    return run.stdout[-20_000:] if run.returncode else ""


def test_who_may_is_answered_as_the_file_says(office, live_server, tmp_path):
    ground = fuzz.write_ground(office, tmp_path)
    run = fuzz.run(live_server.url, ground, phases="examples,fuzzing", examples=EXAMPLES, quiet=True)
    assert found_by(run) == ""
    answers = fuzz.answers(tmp_path)
    assert len(answers) == len(fuzz.operations())
    entered = {name for name, statuses in answers.items() if set(statuses) - {401, 403, 404, 405, 429}}
    assert len(entered) >= ENTERED, sorted(set(answers) - entered)
    done = {name for name, statuses in answers.items() if {200, 201} & set(statuses)}
    assert len(done) >= DONE, sorted(set(answers) - done)


def test_nobody_is_answered_as_the_file_says(office, live_server, tmp_path):
    ground = fuzz.write_ground(None, tmp_path)
    run = fuzz.run(live_server.url, ground, phases="fuzzing", examples=1, quiet=True)
    assert found_by(run) == ""
    for name, operation in fuzz.operations().items():
        assert {} in operation["security"] or "401" in operation["responses"], name
