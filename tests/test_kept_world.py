"""What the tests begin with is the same whether it is built or put back."""

from dataclasses import fields

from django.apps import apps
from django.db import connection, models, transaction

from procedures.models import CalendarEdition
from tests import kept_world
from tests.cast import build_world


def stored() -> dict[str, list[str]]:
    """Every row there is; which edition of the calendars holds is new each time."""
    rows = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model is not CalendarEdition:
                cursor.execute(f'SELECT row_to_json(t)::text FROM "{model._meta.db_table}" t')
                rows[model._meta.label] = sorted(row for (row,) in cursor.fetchall())
    return rows


def columns(world, read=lambda one: one) -> dict:
    """What the tests hold in their hands: the columns of every object, the rest as it is."""

    def of(value):
        if not isinstance(value, models.Model):
            return value
        return {field.attname: getattr(read(value), field.attname) for field in value._meta.concrete_fields}

    return {one.name: of(getattr(world, one.name)) for one in fields(world)}


def test_the_world_put_back_is_the_world_that_was_built(db, clock, monkeypatch):
    monkeypatch.setattr(kept_world, "_kept", {})
    empty = stored()
    with transaction.atomic():
        built = kept_world.built_once(build_world)
        rows, edition = stored(), CalendarEdition.objects.get().name
        transaction.set_rollback(True)
    assert stored() == empty != rows

    put_back = kept_world.built_once(build_world)

    assert stored() == rows
    assert (
        columns(put_back)
        == columns(built)
        == columns(built, read=lambda one: type(one).objects.get(pk=one.pk))
    )
    assert put_back.clerk is not built.clerk
    assert put_back.clerk.agency is put_back.ward
    assert CalendarEdition.objects.get().name != edition


def test_whatever_one_test_does_to_an_object_the_next_does_not_see(db, clock, monkeypatch):
    monkeypatch.setattr(kept_world, "_kept", {})
    for _ in range(3):
        with transaction.atomic():
            world = kept_world.built_once(build_world)
            assert world.clerk.full_name == "Lê Thị Một Cửa"
            world.clerk.full_name = "Another"
            world.clerk.save()
            transaction.set_rollback(True)


def test_the_world_of_another_moment_is_another(db, clock, monkeypatch):
    monkeypatch.setattr(kept_world, "_kept", {})
    made = []
    for moment in ("2026-11-09 09:00", "2026-11-10 09:00"):
        now = clock.move_to(moment)
        with transaction.atomic():
            made.append((now, kept_world.built_once(build_world).clerk.date_joined))
            transaction.set_rollback(True)
    assert [now for now, _joined in made] == [joined for _now, joined in made]
