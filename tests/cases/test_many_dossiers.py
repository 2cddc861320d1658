"""The province for measuring: whole copies of what the services told, in which every rule of the database holds."""

from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from benchmarks import copies, many_dossiers
from cases.demo.build import build_demo
from cases.models import CodeCounter, Dossier, LogBook
from procedures.models import Agency, Staff
from procedures.services.catalogue import load_catalogue

COUNT = 300


@pytest.fixture
def filled(db):
    load_catalogue(Path("seeds"), today=timezone.localdate())
    build_demo(60, seed=7)
    told = Dossier.objects.count()
    many_dossiers.add(COUNT)
    return told


def pointing_nowhere(model) -> list[str]:
    """Columns with a key of nothing: while copies are made, the database does not look."""
    found = []
    for field in model._meta.concrete_fields:
        if field.is_relation:
            known = field.related_model._base_manager.values("pk")
            rows = model._base_manager.filter(**{f"{field.name}__isnull": False})
            if rows.exclude(**{f"{field.attname}__in": known}).exists():
                found.append(field.attname)
    return found


def test_copies_are_whole_and_numbered(filled):
    assert Dossier.objects.count() == filled + COUNT
    assert Agency.objects.filter(name_vi__startswith="Xã Minh Họa").count() == many_dossiers.COMMUNES
    assert {
        model.__name__: pointing_nowhere(model) for model in copies.COPIED if pointing_nowhere(model)
    } == {}
    assert Dossier.objects.filter(code__isnull=False, events=None).count() == 0
    for book in LogBook.objects.all():
        assert (
            Dossier.objects.filter(receiving_desk=book.desk, book_year=book.year).count() == book.last_number
        )
    assert CodeCounter.objects.count() >= LogBook.objects.count()
    assert Staff.objects.get(username=many_dossiers.SUPERVISOR).agency.identifier == "H41"
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('cases_dossier', 'id'))")
        assert cursor.fetchone()[0] > Dossier.objects.order_by("-pk").values_list("pk", flat=True)[0]


def test_only_a_trial_is_filled(settings):
    settings.DEBUG = False
    with pytest.raises(SystemExit):
        many_dossiers.refuse_elsewhere()
