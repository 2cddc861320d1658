"""What a test that commits leaves behind: a database as it is after its migrations."""

from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from procedures.models import CalendarEdition
from tests import emptied

CASE = SimpleNamespace(_databases_names=lambda include_mirrors: ["default"])


@pytest.mark.django_db(transaction=True)
def test_an_emptied_database_is_as_a_new_one(world):
    world.processing()
    kept = ContentType.objects.count(), Permission.objects.count()
    edition = CalendarEdition.objects.get().name
    emptied.delete_what_was_written(CASE)
    filled = {model for model in apps.get_models(include_auto_created=True) if model._base_manager.exists()}
    assert filled == {ContentType, Permission, CalendarEdition}
    assert (ContentType.objects.count(), Permission.objects.count()) == kept
    assert CalendarEdition.objects.get().name != edition, "or calendars that are gone would be kept"


@pytest.mark.django_db(transaction=True)
def test_the_history_is_kept_again_afterwards(world):
    """Triggers are silent for that one transaction."""
    emptied.delete_what_was_written(CASE)
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone() == ("origin",)
