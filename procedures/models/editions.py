"""Which edition of the calendars holds, so that a process may keep what it has read."""

import pgtrigger
from django.db import models
from django.db.models import Q

ANY_CHANGE = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate


class CalendarEdition(models.Model):
    """One row that names the calendars as they are now: a new name whenever anything they are read from changes.

    So a process that kept a calendar knows with one small read whether it still holds. Names are random, not
    counted: a change that is rolled back takes its name with it, and no later one is called the same.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.UUIDField()

    class Meta:
        verbose_name = "edition of the calendars"
        verbose_name_plural = "editions of the calendars"
        default_permissions = ()
        constraints = [models.CheckConstraint(name="calendar_edition_is_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return str(self.name)


def new_edition(operation: pgtrigger.Operation) -> pgtrigger.Trigger:
    """After this operation on the table, kept calendars hold no more."""
    return pgtrigger.Trigger(
        name="new_edition_of_calendars",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        func=f"""
            INSERT INTO {CalendarEdition._meta.db_table} (id, name) VALUES (1, gen_random_uuid())
            ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name;
            RETURN NULL;
        """,
    )
