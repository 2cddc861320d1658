"""Which rows go with a dossier: everything that names it, or names something that does."""

from dataclasses import dataclass
from functools import cache

import pgtrigger
from django.db.models import ForeignKey, Model

from cases.models import Document, Dossier, ReadAccess, StoredPaper, StuckDossier
from notifications.models import Letter, Message, MessageAttempt, MessageReport, MessageTurn

# What names a dossier and stays: the record of access goes by its own retention, a paper of somebody's store
# is used for years (and keeps a row of its document), and a dossier at which workers fail waits.
STAY = frozenset({ReadAccess, StoredPaper, StuckDossier})

_MESSAGES = """
    SELECT id FROM public.notifications_message WHERE reference = ANY(%(references)s)
    UNION
    SELECT message.id FROM public.notifications_message message
      JOIN public.notifications_letter letter ON letter.id = message.letter_id
     WHERE letter.reference = ANY(%(references)s)"""


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` is SQL: which rows of the live table belong to the dossiers `ids` or are about `references`."""

    model: type[Model]
    rows: str

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @property
    def columns(self) -> list[str]:
        return [field.column for field in self.model._meta.concrete_fields]

    @property
    def listed(self) -> str:
        return ", ".join(f'"{column}"' for column in self.columns)

    @property
    def foreign_keys(self) -> list[ForeignKey]:
        fields = self.model._meta.concrete_fields
        return [field for field in fields if isinstance(field, ForeignKey) and field.db_constraint]


@cache
def moved() -> tuple[Table, ...]:
    """All of them, each before those that it names: rows are found by what is not gone yet."""
    found = {Dossier: "id = ANY(%(ids)s)"}
    waiting = [Dossier]
    while waiting:
        parent = waiting.pop(0)
        for field in _naming(parent):
            if field.model not in found and field.model not in STAY:
                found[field.model] = _rows(field, parent, found[parent])
                waiting.append(field.model)
    about = {
        MessageAttempt: f"message_id IN ({_MESSAGES})",
        MessageReport: f"message_id IN ({_MESSAGES})",
        MessageTurn: f"message_id IN ({_MESSAGES})",
        Message: f"id IN ({_MESSAGES})",
        Letter: "reference = ANY(%(references)s)",
    }
    return tuple(Table(model, rows) for model, rows in [*about.items(), *reversed(found.items())])


def _naming(parent: type[Model]) -> list[ForeignKey]:
    relations = parent._meta.get_fields(include_hidden=True)
    return [
        one.field
        for one in relations
        if one.auto_created and not one.concrete and (one.one_to_many or one.one_to_one)
    ]


def _rows(field: ForeignKey, parent: type[Model], of_parent: str) -> str:
    if parent is Dossier:
        return f"{field.column} = ANY(%(ids)s)"
    return f"{field.column} IN (SELECT id FROM public.{parent._meta.db_table} WHERE {of_parent})"


def doors() -> list[str]:
    """The triggers that an archive run goes round, and no other: those that refuse or count a deletion."""
    return [
        f"{table.model._meta.label}:{trigger.name}"
        for table in moved()
        for trigger in getattr(table.model._meta, "triggers", ())
        if "DELETE" in str(trigger.operation) and trigger.level == pgtrigger.Row
    ]


def live_only(model: type[Model]) -> str:
    """SQL: which rows of the live table have no second row in an archive."""
    return "dossier_id IS NOT NULL" if model is Document else "true"
