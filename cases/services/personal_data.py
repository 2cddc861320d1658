"""Everything that is held on one person, for the person who asks for it (Law on personal data protection).

Whatever table points at a person's rows is told without a word here, unless `cases.personal_data` lists it
with the reason why not.
"""

from collections.abc import Iterable, Iterator

from django.db.models import Model, Q
from django.utils.translation import gettext as _

from cases.audit_enums import ReadKind
from cases.errors import Invalid
from cases.letters import letters_of
from cases.models import Applicant, Dossier, Feedback
from cases.personal_data import NOT_TOLD
from cases.services.exchange_answers import requests_about
from cases.services.population import lookups_of
from cases.services.reading import note_read
from notifications.models import Message
from procedures.models import Staff

# How the system finds and proves rows; it says nothing about the person.
OWN_WORKINGS = {"id_hash", "number_hash", "search_text", "seal", "secret_turn", "nonce", "password"}
UNTOLD = {name for names in NOT_TOLD.values() for name in names}
# By the person whom its number belongs to, what else is told about somebody who acted for an applicant.
ACTED = {
    "submitter_id_number": ("submitter_name", "submitter_phone", "authorisation"),
    "collector_id_number": ("collector_name", "collection_proof", "collector_authorisation"),
}


def export_person(number: str, *, asked_by: str) -> dict:
    """All rows about whoever has this ID or tax number, as JSON-like data; the export is noted as a read.

    Dossiers of their own come with everything that belongs to them; of dossiers that they only filed or
    collected for somebody else only that they did. `Invalid` when nothing is held.
    """
    people = list(Applicant.objects.with_id_number(number))
    lookups = list(lookups_of(number).filter(dossier=None)) if number.strip() else []
    own = list(Dossier.objects.filter(applicant__in=people).order_by("filed_at", "pk"))
    requests = list(requests_about(number)) if number.strip() else []
    for_others = _for_others(number, own)
    if not people and not for_others and not lookups and not requests:
        raise Invalid(_("Nothing is held on anybody with this number."), field="id_number")
    note_read(ReadKind.EXPORT, route="manage.py export_person", reference=asked_by, count=len(own))
    accounts = list(Staff.objects.filter(citizen__applicant__in=people).order_by("pk"))
    seen: set[Model] = {
        *people,
        *accounts,
        *own,
    }  # each row is told once, with what it belongs to most closely
    dossiers = [{**_row(one), **_belonging(one, seen, _written(one))} for one in own]
    return {
        "applicants": [{**_row(one), **_belonging(one, seen, _about_feedback(one))} for one in people],
        "accounts": [{**_row(one), **_belonging(one, seen)} for one in accounts],
        "dossiers": dossiers,
        "acted_for_others": for_others,
        "looked_up": [_row(one) for one in lookups],
        "asked_by_other_installations": [{**_row(one), **_belonging(one, seen)} for one in requests],
    }


def _for_others(number: str, own: list[Dossier]) -> list[dict]:
    """Dossiers of other people that this person filed or collected; there is no hash to find these by."""
    wanted = number.strip().upper()
    named = Dossier.objects.exclude(Q(submitter_id_number="") & Q(collector_id_number=""))
    found = []
    for dossier in named.exclude(pk__in=[one.pk for one in own]).order_by("pk").iterator(1_000):
        acted = {
            name: getattr(dossier, name)
            for id_number, others in ACTED.items()
            if getattr(dossier, id_number).strip().upper() == wanted
            for name in (id_number, *others)
        }
        found += [{"code": dossier.code, "filed_at": dossier.filed_at, **acted}] if acted else []
    return found


def _belonging(owner: Model, seen: set[Model], also: Iterable[Model] = ()) -> dict[str, list[dict]]:
    """`also` and every row that points at the owner or at a row already found, by the name of the table."""
    found: dict[str, list[Model]] = {}
    waiting = [*also, *_pointing_at(owner)]
    while waiting:
        row = waiting.pop()
        if row not in seen:
            seen.add(row)
            found.setdefault(row._meta.db_table, []).append(row)
            waiting.extend(_pointing_at(row))
    return {
        table: [_row(row) for row in sorted(rows, key=lambda row: row.pk)]
        for table, rows in sorted(found.items())
    }


def pointing_models(model: type[Model]) -> Iterator[tuple[type[Model], str]]:
    """The models that point at this one and are told with it, by which field; dossiers are told by themselves."""
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete:
            other = relation.related_model
            if other is not Dossier and other._meta.label not in UNTOLD:
                yield other, relation.field.name


def _pointing_at(row: Model) -> Iterator[Model]:
    for model, field in pointing_models(type(row)):
        yield from model._base_manager.filter(**{field: row})


def _written(dossier: Dossier) -> Iterator[Model]:
    """Letters and messages know the code or the number of a dossier, not the dossier."""
    yield from letters_of(dossier)
    about = Q(event_key__startswith=f"{dossier.uuid}:")
    yield from Message.objects.filter(about | Q(reference=dossier.code) if dossier.code else about)


def _about_feedback(applicant: Applicant) -> Iterator[Model]:
    yield from Message.objects.filter(
        reference__in=Feedback.objects.filter(applicant=applicant).values("code")
    )


def _row(row: Model) -> dict:
    """All columns of a row; files by their name, other rows by their number and name."""
    told = {}
    for field in row._meta.concrete_fields:
        if field.name in OWN_WORKINGS:
            continue
        value = getattr(row, field.attname)
        if field.is_relation and value is not None:
            told[f"{field.name}_name"] = str(getattr(row, field.name))
        told[field.attname] = str(value) if hasattr(value, "storage") else value
    return told
