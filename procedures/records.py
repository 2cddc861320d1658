"""A version as a record, in the words of the seeds: what is exported, compared, and written again; no database writes.

Numbers are numbers, days and times of day are texts (ISO), so that a record is JSON. What a version does not say is
not in its record, except for what is a yes or a no.
"""

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch

from procedures.models import Component, ProcedureForm, ProcedureVersion
from procedures.seeds.catalogue import VersionFacts, read_record
from procedures.seeds.files import Place, day
from procedures.seeds.keys import RECORD

Record = dict[str, Any]
# Of the decision and of the file, not of the content of a version.
OF_THE_DECISION = (
    "in_force_from",
    "abolished_on",
    "complete",
    "published_although_incomplete",
    "publication_decision",
    "decision_signed_on",
    "text_effective_on",
    "loaded_on",
)
_DAYS = tuple(name for name, key in RECORD.items() if key.read is day)
# Columns whose key in a record is filled from elsewhere.
_PARTS_APART = {
    "limits",
    "extension",
    "fees",
    "components",
    "steps",
    "forms",
    "answer_limits",
    "excluded_periods",
}
_PLAIN = {
    name: key.column
    for name, key in RECORD.items()
    if key.column
    and key.column not in _PARTS_APART
    and name not in {"code", "complete", "published_although_incomplete", "abolished_on", "limit_by_quantity"}
}


# What a record is made of; with these prefetched `record_of` asks the database nothing.
PARTS_OF_RECORD = (
    "procedure",
    "limits",
    "fees",
    "steps",
    Prefetch("components", Component.objects.select_related("result_of")),
    Prefetch("forms", ProcedureForm.objects.select_related("component")),
)


def record_of(version: ProcedureVersion) -> Record:
    """What the version says, with the day from which it is in force."""
    record: Record = {"code": version.procedure.code}
    record |= {name: _plain(getattr(version, column)) for name, column in _PLAIN.items()}
    components = _rows(version, "components", "result_of")
    limits, fees = list(version.limits.all()), list(version.fees.all())
    record |= {
        "excluded_periods": version.excluded_periods,
        "reception_limits": [{**row, "amount": _number(row["amount"])} for row in version.answer_limits],
        "time_limits": [_limit(limit) for limit in limits],
        "components": [_component(component) for component in components],
        "fees": [_fee(fee) for fee in fees],
        "forms": [_form(form) for form in _rows(version, "forms", "component")],
        "internal_steps": [
            _filled(name_vi=s.name_vi, name_en=s.name_en, role=s.role, amount=_number(s.amount), unit=s.unit)
            for s in version.steps.all()
        ],
        "limit_by_quantity": _by_quantity(version, limits),
        "extension": _filled(
            mode=version.extension_mode,
            amount=_number(version.extension_amount),
            unit=version.extension_unit,
            when=version.extension_when,
        ),
    }
    return without_empty(record)


def _rows(version: ProcedureVersion, name: str, related: str) -> list:
    rows = getattr(version, name)
    is_there = name in getattr(version, "_prefetched_objects_cache", {})
    return list(rows.all() if is_there else rows.select_related(related))


def without_empty(record: Record) -> Record:
    return {name: value for name, value in record.items() if value not in (None, "", [], {})}


def content_of(record: Record) -> Record:
    """The record without what belongs to the decision: what two versions are compared by."""
    return {name: value for name, value in record.items() if name not in OF_THE_DECISION}


def facts_of(record: Record, problems: list[str]) -> VersionFacts | None:
    """The record read by the reader of the seeds, as a draft; what is wrong is added to the problems.

    A form without an address of its publisher is a file that is kept here, and no part of the facts.
    """
    read = {**record, "complete": False}
    for name in _DAYS:
        if isinstance(read.get(name), str):
            with suppress(ValueError):  # the reader says so, with the name of the field
                read[name] = date.fromisoformat(read[name])
    if isinstance(read.get("forms"), list):
        read["forms"] = [
            form for form in read["forms"] if not isinstance(form, dict) or form.get("source_url")
        ]
    found: list[str] = []
    facts = read_record(read, None, Place(found, ""))
    problems += found
    return facts


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return _number(value) if isinstance(value, Decimal) else value


def _number(amount: Decimal | str | None) -> int | float | None:
    if amount is None:
        return None
    amount = Decimal(amount)
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _filled(**values: Any) -> Record:
    return {name: value for name, value in values.items() if value not in (None, "")}


def _limit(limit) -> Record:
    return _filled(
        label=limit.label,
        amount=_number(limit.amount),
        unit=limit.unit,
        cutoff=f"{limit.cutoff:%H:%M}" if limit.cutoff else None,
        when=limit.condition,
    )


def _by_quantity(version: ProcedureVersion, limits: list) -> Record:
    if not version.limit_quantity:
        return {}
    rows = [limit for limit in limits if limit.quantity_from is not None]
    return {
        "quantity": version.limit_quantity,
        "unit": rows[0].unit if rows else "",
        "table": [
            {"from": limit.quantity_from, "to": limit.quantity_to, "amount": _number(limit.amount)}
            for limit in rows
        ],
    }


def _component(component) -> Record:
    return _filled(
        name_vi=component.name_vi,
        name_en=component.name_en,
        originals=component.originals,
        copies=component.copies,
        shown_only=component.shown_only,
        electronic_source=component.electronic_source,
        result_of=component.result_of.code if component.result_of else None,
        required_when=component.required_when,
    )


def _fee(fee) -> Record:
    cap = {"amount": fee.cap_amount, "per": fee.cap_per} if fee.cap_amount is not None else None
    return _filled(
        name=fee.name,
        kind=fee.kind,
        channel=fee.channel,
        rule=fee.rule,
        amount=fee.amount,
        tiers=fee.tiers or None,
        cap=cap,
        when=fee.condition,
    )


def _form(form) -> Record:
    return _filled(
        name_vi=form.name_vi,
        name_en=form.name_en,
        source_url=form.source_url,
        component=form.component.name_vi if form.component else None,
    )
