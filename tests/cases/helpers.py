"""What the tests of the services say often: nothing changed, nobody else, what was written, who waits."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import fields
from functools import cache

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from cases.enums import MOVES, State, Verb
from cases.errors import CaseError, NotPermitted, NotPossibleNow
from cases.models import Dossier, DossierEvent
from notifications.models import Message
from procedures.enums import STAFF_ROLES, Role
from procedures.models import Staff

# Nothing changed ------------------------------------------------------------------------------------


def kept_models() -> list[type[Model]]:
    """Dossiers, history, letters and messages."""
    return [*apps.get_app_config("cases").get_models(), *apps.get_app_config("notifications").get_models()]


def everything() -> dict[str, list[str]]:
    """Every row of `kept_models` as it is stored: what a refused verb must leave as it was.

    By the label of the model. One query for all tables: hundreds of tests ask twice.
    """
    with connection.cursor() as cursor:
        cursor.execute(_every_row())
        found = cursor.fetchall()
    rows = {model._meta.label: [] for model in kept_models()}
    for label, row in found:
        rows[label].append(row)
    return {label: sorted(of_model) for label, of_model in rows.items()}


@cache
def _every_row() -> str:
    name = connection.ops.quote_name
    return " UNION ALL ".join(
        f"SELECT '{model._meta.label}', row_to_json(t)::text FROM {name(model._meta.db_table)} t"
        for model in kept_models()
    )


@contextmanager
def refused(error: type[CaseError], code: str | None = None) -> Iterator[pytest.ExceptionInfo]:
    """The block raises exactly this error (with this code) and changes nothing at all."""
    before = everything()
    with pytest.raises(error) as caught:
        yield caught
    assert type(caught.value) is error
    if code is not None:
        assert caught.value.code == code
    assert everything() == before


# Nobody else ----------------------------------------------------------------------------------------


def states_without(verb: Verb) -> list[State]:
    """The states from which this verb does not start."""
    return [state for state in State if state not in MOVES[verb].sources]


def make_person(username: str, agency, role: str, **changes) -> Staff:
    return Staff.objects.create(
        username=username, full_name=username.title(), agency=agency, role=role, **changes
    )


def crowd(world) -> list[Staff]:
    """The whole cast and those who look as if they might: no role, no agency, not active, all-powerful."""
    cast = [value for value in (getattr(world, f.name) for f in fields(world)) if isinstance(value, Staff)]
    ward, head = world.ward, Role.SUPERVISOR
    return [
        *cast,
        make_person("quan-tri-don-vi", ward, Role.AGENCY_ADMIN, is_head=True),
        make_person("quan-tri-he-thong", ward, Role.SYSTEM_ADMIN, is_head=True),
        make_person("may-tich-hop", ward, Role.INTEGRATION),
        make_person("khong-vai-tro", ward, ""),
        make_person("toan-quyen", None, "", is_superuser=True),
        *(make_person(f"nghi-viec-{role}", ward, role, is_active=False) for role in STAFF_ROLES),
        *(make_person(f"khong-don-vi-{role}", None, role, is_head=role == head) for role in STAFF_ROLES),
    ]


def refused_to_everybody_but(world, *allowed: Staff, act: Callable[[Staff], object]) -> None:
    """`act` by anybody who is not allowed is not permitted and changes nothing."""
    people = [person for person in crowd(world) if person not in allowed]
    before = everything()
    for person in people:
        with pytest.raises(NotPermitted) as caught:
            act(person)
        assert (caught.value.code, person) == ("not_permitted", person)
    assert everything() == before


def refused_in_this_state(dossier: Dossier, act: Callable[[], object]) -> NotPossibleNow:
    """`act` is not possible now; the sentence names dossier and state. Returns the error."""
    with refused(NotPossibleNow, "not_possible_now") as caught:
        act()
    assert (dossier.code or "") in caught.value.sentence
    assert f"is in the state “{dossier.get_state_display()}”" in caught.value.sentence
    return caught.value


# What was written -----------------------------------------------------------------------------------


def kinds(dossier: Dossier) -> list[str]:
    """The history by name, oldest first."""
    return list(dossier.events.values_list("kind", flat=True))


def last_event(dossier: Dossier) -> tuple[str, str, str, str, str]:
    """Kind, who, from, to and sentence of the last event."""
    return said(dossier.events.last())


def said(event: DossierEvent) -> tuple[str, str, str, str, str]:
    return (event.kind, event.actor_label, event.from_state, event.to_state, event.sentence)


def told(dossier: Dossier, event: DossierEvent | None = None) -> list[tuple[str, str, str]]:
    """Channel, recipient and subject of what was put into the outbox for an event, by default the last."""
    event = event or dossier.events.last()
    messages = Message.objects.filter(event_key=f"{dossier.uuid}:event:{event.pk}").order_by("channel")
    return list(messages.values_list("channel", "recipient", "subject"))


def fresh(dossier: Dossier) -> Dossier:
    """The dossier as the database has it."""
    return Dossier.objects.get(pk=dossier.pk)


# Several at once ------------------------------------------------------------------------------------


def in_parallel(tasks: list[Callable], *, connections: int) -> list:
    """Run the tasks over so many threads, each with a connection of its own, all starting at once.

    Returns what each gave or the exception that it raised, in the order of the tasks.
    """
    gate = threading.Barrier(connections)

    def work(mine: list[tuple[int, Callable]]) -> list[tuple[int, object]]:
        try:
            connection.ensure_connection()
            gate.wait(timeout=30)
            return [(place, _outcome(task)) for place, task in mine]
        finally:
            connection.close()

    shares = [list(enumerate(tasks))[first::connections] for first in range(connections)]
    with ThreadPoolExecutor(connections) as pool:
        done = [pair for share in pool.map(work, shares) for pair in share]
    return [outcome for _place, outcome in sorted(done, key=lambda pair: pair[0])]


def _outcome(task: Callable):
    try:
        return task()
    except CaseError as error:
        return error


def one_waits_for_the_other(first: Callable, second: Callable, then: Callable | None = None):
    """`second` begins in another connection while `first` has not committed, and waits for its lock.

    `then` goes on in the transaction of the first while the other waits; its outcome takes the first's place.
    Returns the outcomes of both. Fails when `second` did not have to wait.
    """
    known: dict = {}

    def work():
        try:
            connection.ensure_connection()
            known["pid"] = connection.connection.info.backend_pid
            known["outcome"] = _outcome(second)
        finally:
            connection.close()

    with transaction.atomic():
        outcome = first()
        thread = threading.Thread(target=work)
        thread.start()
        while thread.is_alive() and not (waited := _waits(known.get("pid"))):
            time.sleep(0.01)
        if then:
            outcome = then()
    thread.join()
    assert waited, "the second did not wait for the first"
    return outcome, known["outcome"]


def _waits(pid: int | None) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE pid = %s AND NOT granted", [pid])
        return cursor.fetchone()[0] > 0


# Batches --------------------------------------------------------------------------------------------


def no_batch(*_given):
    """Stands in for work on many at once that failed at one of them: each is tried by itself then."""
    raise RuntimeError("one of these cannot be worked on")
