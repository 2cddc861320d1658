"""Builds of the demonstration: the same for the same seed, at any moment, with the password that is given."""

from datetime import date, datetime
from random import Random

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone, translation

from cases.demo.build import SCANS_TO_READ, build_demo
from cases.demo.offices import (
    Accounts,
    open_offices,
)
from cases.demo.plan import Plan
from cases.enums import (
    DocumentSource,
    State,
)
from cases.models import (
    Document,
    Dossier,
    DossierEvent,
)
from cases.scan_enums import TextState
from procedures.services.catalogue import load_catalogue
from procedures.working_time import TZ
from tests.procedures.small_seeds import SEEDS

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=TZ)  # a Friday; the Monday after is a working day


def told() -> list:
    """What can be seen of the demonstration, without the numbers of database rows."""
    return [
        (
            d.code,
            d.state,
            d.applicant.full_name,
            d.version.procedure.code,
            d.filed_at,
            d.due_at,
            d.finished_at,
        )
        + tuple(e.sentence for e in d.events.all())
        for d in Dossier.objects.with_people().prefetch_related("events").order_by("filed_at", "pk")
    ]


class Undo(Exception):
    """Takes a build back."""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 11, 22, 10, 0, tzinfo=TZ), date(2026, 11, 22)),  # a Sunday
        (datetime(2026, 11, 23, 7, 0, tzinfo=TZ), date(2026, 11, 20)),  # a Monday, before the desks open
    ],
)
def test_the_village_comes_today_unless_today_has_hardly_begun(now, day):
    load_catalogue(SEEDS, today=date(2026, 9, 1))
    centre, wards = open_offices(Accounts())

    village, _person = Plan(centre, wards, now, Random(1)).parties(60)

    assert {timezone.localdate(story.filed_at) for story in village.stories} == {day}
    assert all(story.filed_at < now for story in village.stories)


@pytest.mark.django_db
def test_only_the_newest_scans_wait_to_be_read(monkeypatch):
    load_catalogue(SEEDS, today=date(2026, 9, 1))
    monkeypatch.setattr("cases.services.searchable.shutil.which", lambda name: f"/usr/bin/{name}")

    with time_machine.travel(NOW, tick=False):
        build_demo(28, seed=1)

    scans = Document.objects.filter(source=DocumentSource.SCAN).order_by("-pk")
    states = list(scans.values_list("text_state", flat=True))
    assert states[:SCANS_TO_READ] == [TextState.WAITING] * SCANS_TO_READ
    assert set(states[SCANS_TO_READ:]) == {TextState.NONE}


@pytest.mark.django_db
def test_same_seed_tells_the_same_and_another_one_something_else():
    load_catalogue(SEEDS, today=date(2026, 9, 1))

    def tell(seed: int) -> list:
        try:
            with transaction.atomic(), time_machine.travel(NOW, tick=False):
                build_demo(12, seed=seed)
                stories = told()
                raise Undo
        except Undo:
            return stories

    first = tell(7)
    assert len(first) == 12
    assert tell(7) == first
    assert tell(8) != first


@pytest.mark.django_db
@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 22, 5, 0, tzinfo=TZ),  # a Sunday before dawn
        datetime(2027, 2, 8, 17, 30, tzinfo=TZ),  # in the evening, in the middle of Tết
    ],
)
def test_demo_can_be_built_at_any_moment(now):
    load_catalogue(SEEDS, today=date(2026, 9, 1))

    with time_machine.travel(now, tick=False):
        build_demo(28, seed=1)

    assert set(Dossier.objects.values_list("state", flat=True)) == set(State.values)
    assert Dossier.objects.overdue(now).exists()
    assert DossierEvent.objects.filter(at__gt=now).count() == 0


@pytest.mark.django_db
def test_password_of_the_environment_goes_before_the_published_one(monkeypatch):
    load_catalogue(SEEDS, today=date(2026, 9, 1))
    monkeypatch.setenv("DEMO_PASSWORD", "mat-khau-khac-2026")

    demo = build_demo(1, seed=1)

    assert demo.password == "mat-khau-khac-2026"
    assert authenticate(username="quantri", password="mat-khau-khac-2026").is_superuser


@pytest.mark.django_db
def test_demo_without_a_catalogue_says_what_to_do():
    with translation.override("en"), pytest.raises(CommandError) as refused:
        call_command("seed_demo")

    assert str(refused.value) == "The catalogue is not loaded. Run “manage.py load_catalogue” first."
