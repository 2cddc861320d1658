"""Each verb of the table in `cases.enums.MOVES` has its file of tests here, and each file asks the same."""

import ast
from pathlib import Path

import pytest

from cases import services
from cases.enums import MOVES, State, Verb

HERE = Path(__file__).parent
ASKED_OF_ALL = ["is_not_permitted_to_anybody_else", "is_refused_to_the_outsider"]


def names_in(verb: str) -> set[str]:
    tree = ast.parse((HERE / f"test_{verb}.py").read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("verb", Verb.values)
def test_every_verb_has_names_in_who_may_and_when(verb):
    names = names_in(verb)
    asked = ASKED_OF_ALL + (["is_not_possible_in_another_state"] if Verb(verb) in MOVES else [])
    assert {f"test_{verb}_{question}" for question in asked} - names == set()
    # And says what happens when it is possible.
    assert len([name for name in names if name.startswith(f"test_{verb}_")]) >= len(asked) + 3


def test_every_verb_has_a_service():
    names = {Verb.RESCHEDULE: "issue_apology"}
    assert [verb for verb in Verb if not hasattr(services, names.get(verb, verb.value))] == []


def test_every_state_is_reached_and_every_open_state_can_be_left():
    targets = {move.target for move in MOVES.values()} - {None}
    assert targets | {State.SUBMITTED} == set(State)
    left = {state for move in MOVES.values() if move.target for state in move.sources}
    assert set(State) - left == {State.RETURNED, State.REFUSED, State.STOPPED}


def test_submit_alone_starts_from_nothing():
    assert set(Verb) - set(MOVES) == {Verb.SUBMIT}
