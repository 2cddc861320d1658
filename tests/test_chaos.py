"""The short form of `make chaos`: real processes, a worker killed at two works, a dossier that raises, many at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cases.enums import RevisionState
from cases.models import CalendarRevision
from tests.chaos import stage

ROOT = Path(__file__).parent.parent


def chaos(*arguments: str) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return subprocess.run(
        [sys.executable, "-m", "tests.chaos", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(1800)
def test_nothing_is_lost_or_done_twice_when_workers_are_killed():
    done = chaos("--short")
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert done.stdout.splitlines()[-1] == "4 passed, 0 failed"


def test_a_fault_that_is_not_known_is_refused_before_anything_starts():
    done = chaos("--only", "nothing")
    assert done.returncode == 2
    assert "There is no fault nothing; there are: kill-sweep, kill-draft" in done.stdout


@pytest.mark.django_db
def test_the_day_off_can_be_approved_in_a_year_that_the_cast_does_not_know(clock, monkeypatch):
    clock.move_to("2031-03-05 09:00")
    monkeypatch.setattr(stage, "LATE", 1)
    monkeypatch.setattr(stage, "IN_TIME", 1)
    stage.build()
    stage.approve_a_day_off()
    assert CalendarRevision.objects.get().state == RevisionState.APPROVED
