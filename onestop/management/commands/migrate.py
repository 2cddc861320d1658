"""`manage.py migrate`: Django's, in less than half the time.

A rule of a table – constraint, index, trigger – changes no class of a model. Django builds the classes of the table
and of all its neighbours anew for each of them, which was most of what a new installation waited for.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, partial, wraps
from unittest.mock import patch

from django.apps import apps
from django.core.management.commands import migrate
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import AddConstraint, AddIndex, RemoveConstraint, RemoveIndex
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

RULES = (AddConstraint, RemoveConstraint, AddIndex, RemoveIndex, AddTrigger, RemoveTrigger)


class Executor(MigrationExecutor):
    """Only forwards: whoever goes back keeps a state for each step, and they would share their classes."""

    def apply_migration(self, *args, **kwargs) -> ProjectState:
        with few_classes_built():
            return super().apply_migration(*args, **kwargs)


class Command(migrate.Command):
    def handle(self, *args, **options):
        with patch.object(migrate, "MigrationExecutor", Executor):
            super().handle(*args, **options)


@contextmanager
def few_classes_built() -> Iterator[None]:
    """In the block, operations on a rule leave the classes of a state as they are."""
    with ExitStack() as stack:
        # Asked for each foreign key of each class; Django forgets it whenever a class is built.
        known = cache(apps.get_swappable_settings_name)
        stack.enter_context(patch.object(apps, "get_swappable_settings_name", known))
        for rule in RULES:
            stack.enter_context(patch.object(rule, "state_forwards", _telling_the_class(rule.state_forwards)))
        yield


def _telling_the_class(state_forwards: Callable) -> Callable:
    @wraps(state_forwards)
    def told(operation, app_label: str, state: ProjectState) -> None:
        with patch.object(state, "reload_model", partial(_renew_rules, state)):
            state_forwards(operation, app_label, state)

    return told


def _renew_rules(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
    """In place of `ProjectState.reload_model`: the class that is there learns what its table has now."""
    if "apps" in state.__dict__:  # else there are no classes yet
        about = state.apps.get_model(app_label, model_name)._meta
        rules = state.models[app_label, model_name.lower()].options
        for name in {"constraints", "indexes", "triggers"} & set(rules):
            setattr(about, name, rules[name])
        about.__dict__.pop("total_unique_constraints", None)  # which Django reckons once
