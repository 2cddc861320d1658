"""`manage.py migrate` builds no class of a model anew for a rule of its table."""

import pgtrigger
import pytest
from django.core.management import get_commands
from django.db import models
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    CreateModel,
    RemoveConstraint,
    RemoveIndex,
)
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

from onestop.management.commands.migrate import few_classes_built

CONSTRAINT = models.CheckConstraint(condition=models.Q(number__gt=0), name="number_counts")
INDEX = models.Index(fields=["number"], name="by_number")
TRIGGER = pgtrigger.Protect(name="stays", operation=pgtrigger.Delete)
AT = [
    (AddConstraint("book", CONSTRAINT), RemoveConstraint("book", "number_counts"), "constraints", CONSTRAINT),
    (AddIndex("book", INDEX), RemoveIndex("book", "by_number"), "indexes", INDEX),
    (AddTrigger("book", TRIGGER), RemoveTrigger("book", "stays"), "triggers", TRIGGER),
]


@pytest.fixture
def state() -> ProjectState:
    """A table and another that points to it, with their classes."""
    state, key = ProjectState(), ("id", models.BigAutoField(primary_key=True))
    CreateModel("Book", [key, ("number", models.IntegerField())]).state_forwards("desk", state)
    pointing = models.ForeignKey("desk.Book", models.CASCADE)
    CreateModel("Page", [key, ("book", pointing)]).state_forwards("desk", state)
    assert state.apps.get_model("desk", "book")
    return state


@pytest.mark.parametrize(("add", "remove", "name", "rule"), AT, ids=["constraint", "index", "trigger"])
def test_a_rule_comes_and_goes_and_the_classes_stay(state, add, remove, name, rule):
    book, page = (state.apps.get_model("desk", each) for each in ("book", "page"))
    with few_classes_built():
        add.state_forwards("desk", state)
        assert state.models["desk", "book"].options[name] == getattr(book._meta, name) == [rule]
        remove.state_forwards("desk", state)
        assert state.models["desk", "book"].options[name] == getattr(book._meta, name) == []
    assert [state.apps.get_model("desk", each) for each in ("book", "page")] == [book, page]


def test_a_class_that_is_built_later_has_the_rules(state):
    with few_classes_built():
        for add, _remove, _name, _rule in AT:
            add.state_forwards("desk", state)
        AddField("book", "closed", models.BooleanField(default=False)).state_forwards("desk", state)
    about = state.apps.get_model("desk", "book")._meta
    assert [about.constraints, about.indexes, about.triggers] == [[CONSTRAINT], [INDEX], [TRIGGER]]
    assert about.get_field("closed") and state.apps.get_model("desk", "page")._meta.get_field("book")


def test_a_unique_rule_is_known_at_once(state):
    book = state.apps.get_model("desk", "book")
    assert book._meta.total_unique_constraints == []
    with few_classes_built():
        unique = models.UniqueConstraint(fields=["number"], name="one_of_a_number")
        AddConstraint("book", unique).state_forwards("desk", state)
    assert book._meta.total_unique_constraints == [unique]


def test_outside_of_the_command_django_does_as_it_always_did(state):
    book = state.apps.get_model("desk", "book")
    AT[0][0].state_forwards("desk", state)
    assert state.apps.get_model("desk", "book") is not book


def test_the_command_is_ours():
    assert get_commands()["migrate"] == "onestop"
