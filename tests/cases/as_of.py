"""What a dossier is at a moment, now and as it is told of then."""

from cases import as_of
from cases.as_it_was import put_back, with_rows_then
from cases.as_of import Past
from cases.models import Dossier
from procedures.working_time import minute_of
from tests.cast import local


def facts(dossier: Dossier) -> tuple:
    """What a dossier is at a moment; a due date to the minute, as it is printed (T7)."""
    due_at = dossier.due_at and minute_of(dossier.due_at)
    return (
        dossier.state,
        due_at,
        dossier.cycle,
        dossier.finished_at,
        dossier.returned_at,
        dossier.ended_at,
        dossier.transferred_at,
        dossier.holder_id,
        dossier.holder_unit_id,
        dossier.result_kind,
        dossier.filed_at,
        dossier.answer_due_at,
        dossier.transfer_due_at,
    )


def facts_now() -> dict[int, tuple]:
    return {dossier.pk: facts(dossier) for dossier in Dossier.objects.all()}


def facts_then(past: Past) -> dict[int, tuple]:
    found = with_rows_then(as_of.with_facts_then(Dossier.objects.all(), past), past)
    return {dossier.pk: facts(dossier) for dossier in put_back(found, past)}


def then(text: str) -> Past:
    return Past(local(text), text)


def one(dossier: Dossier, past: Past) -> Dossier:
    found = Dossier.objects.filter(pk=dossier.pk)
    [seen] = put_back(with_rows_then(as_of.with_facts_then(found, past), past), past)
    return seen
