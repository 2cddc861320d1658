"""Everything that is held on one person, for the person who asks for it (Law on personal data protection)."""

from django.db.models import Model, Q
from django.utils.translation import gettext as _

from cases.audit_enums import ReadKind
from cases.errors import Invalid
from cases.models import Applicant, Dossier
from cases.services.reading import note_read
from notifications.models import Letter, Message

# How the system finds and proves rows; it says nothing about the person.
OWN_WORKINGS = {"id_hash", "search_text", "seal", "secret_turn"}


def export_person(number: str, *, asked_by: str) -> dict:
    """All rows about whoever has this ID or tax number, as JSON-like data; the export is noted as a read.

    Dossiers of their own come with everything that belongs to them; of dossiers that they only filed or
    collected for somebody else only that they did. `Invalid` when nothing is held.
    """
    people = list(Applicant.objects.with_id_number(number))
    own = list(Dossier.objects.filter(applicant__in=people).order_by("filed_at", "pk"))
    for_others = _for_others(number, own)
    if not people and not for_others:
        raise Invalid(_("Nothing is held on anybody with this number."), field="id_number")
    note_read(ReadKind.EXPORT, route="manage.py export_person", reference=asked_by, count=len(own))
    return {
        "applicants": [{**_row(one), **_belonging(one, but=Dossier)} for one in people],
        "dossiers": [{**_row(one), **_belonging(one), **_written(one)} for one in own],
        "acted_for_others": for_others,
    }


def _for_others(number: str, own: list[Dossier]) -> list[dict]:
    """Dossiers of other people that this person filed or collected; there is no hash to find these by."""
    wanted = number.strip().upper()
    named = Dossier.objects.exclude(Q(submitter_id_number="") & Q(collector_id_number=""))
    fields = {"submitter_id_number": "submitter_name", "collector_id_number": "collector_name"}
    found = []
    for dossier in named.exclude(pk__in=[one.pk for one in own]).order_by("pk").iterator(1_000):
        acted = {
            name: getattr(dossier, name)
            for id_number, full_name in fields.items()
            if getattr(dossier, id_number).strip().upper() == wanted
            for name in (id_number, full_name)
        }
        found += [{"code": dossier.code, "filed_at": dossier.filed_at, **acted}] if acted else []
    return found


def _belonging(owner: Model, *, but: type[Model] | None = None) -> dict[str, list[dict]]:
    """The rows of every table that points at this row, by the name of the table."""
    found = {}
    for relation in owner._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and relation.related_model is not but:
            rows = relation.related_model._base_manager.filter(**{relation.field.name: owner})
            if listed := [_row(row) for row in rows.order_by("pk")]:
                found.setdefault(relation.related_model._meta.db_table, []).extend(listed)
    return found


def _written(dossier: Dossier) -> dict[str, list[dict]]:
    """Letters and messages know the code of a dossier, not the dossier."""
    if not dossier.code:
        return {}
    return {
        model._meta.db_table: [
            _row(row) for row in model.objects.filter(reference=dossier.code).order_by("pk")
        ]
        for model in (Letter, Message)
    }


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
