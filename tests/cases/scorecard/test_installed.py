"""Parameters of the scorecard in a file of this installation (R51, R54)."""

import json
from decimal import Decimal

import pytest
from django.core.checks import run_checks

from cases.scorecard.editions import ParameterRefused
from cases.scorecard.facts import card_of, scope_of
from cases.scorecard.installed import editions
from cases.scorecard.parameters import EDITIONS
from cases.scorecard.periods import month
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")

RECORDS = [{"begins": "2026-11-01", "parts": {"2.1": {"maximum": 10}}}]


@pytest.fixture
def write(tmp_path, settings):
    """Writes the file; the setting names it."""
    path = tmp_path / "parameters.json"
    settings.SCORECARD_PARAMETERS = str(path)

    def writing(content) -> str:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    return writing


def test_without_a_file_ours_hold(settings):
    settings.SCORECARD_PARAMETERS = ""
    assert editions() == EDITIONS


def test_a_file_changes_what_is_counted(world, write):
    world.returned()
    write(RECORDS)
    scores = [
        card_of(scope_of(world.ward, period, local("2027-01-01 09:00"))).part("2.1")
        for period in (month(2026, 10), month(2026, 11))
    ]
    assert [(score.points, score.part.maximum) for score in scores] == [(0, 20), (10, 10)]


def test_a_changed_file_is_read_again(write):
    write(RECORDS)
    assert editions()[-1].part("2.1").maximum == 10
    write([{"begins": "2026-11-01", "parts": {"2.1": {"maximum": "12.5", "target": 0.95}}}, *RECORDS[1:]])
    assert editions()[-1].part("2.1").maximum == Decimal("12.5")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ({}, "Parameters of the scorecard are a list of records."),
        (
            [{"begins": "2026-11-01", "parts": {"2.1": {"target": 0}}}],
            "Part 2.1 of the scorecard cannot be used: its target is a share above 0 and up to 1;"
            " by 0 nothing is divided.",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_problem(write, content, problem):
    path = write(content)
    sentence = f"The parameters of the scorecard in {path} cannot be used: {problem}"
    with pytest.raises(ParameterRefused) as caught:
        editions()
    assert str(caught.value) == sentence
    [error] = [found for found in run_checks() if found.id == "cases.E001"]
    assert error.msg == f"SCORECARD_PARAMETERS is {path}: {sentence}"


def test_a_file_that_is_not_there_is_named(settings, tmp_path):
    settings.SCORECARD_PARAMETERS = str(tmp_path / "none.json")
    with pytest.raises(ParameterRefused, match="none.json cannot be used: No such file or directory"):
        editions()
