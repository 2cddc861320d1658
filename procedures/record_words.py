"""A record of a version in the words of people: what a page shows of a difference. No database."""

import re
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from procedures import words
from procedures.differences import name_of
from procedures.enums import Channel, FeeKind, Level, RegisterKind, Role, ServiceLevel, Subject
from procedures.models import (
    Component,
    FeeLine,
    ProcedureForm,
    ProcedureStep,
    ProcedureVersion,
    TimeLimit,
)
from procedures.seeds.keys import COMPONENT, FEE, FORM, LIMIT, RECORD, STEP

PART_NAMES = {
    "time_limits": gettext_lazy("Time limits"),
    "fees": gettext_lazy("Fees"),
    "components": gettext_lazy("Components"),
    "forms": gettext_lazy("Forms to fill in"),
    "internal_steps": gettext_lazy("Internal steps"),
}
_OTHER_NAMES = {
    "code": gettext_lazy("code"),
    "extension": gettext_lazy("extension"),
    "limit_by_quantity": gettext_lazy("the limit depends on"),
    "reception_limits": gettext_lazy("how soon a filing is answered"),
    "excluded_periods": gettext_lazy("periods that do not count"),
}
# Rows of a list: how they are read, and whose columns they fill.
_ROWS = (
    (LIMIT, TimeLimit),
    (COMPONENT, Component),
    (FEE, FeeLine),
    (FORM, ProcedureForm),
    (STEP, ProcedureStep),
)
_CHOICES = {
    "level": Level,
    "service_level": ServiceLevel,
    "register": RegisterKind,
    "subjects": Subject,
    "channels": Channel,
}


def name(key: str) -> str:
    """What people call this part of a record."""
    if key in PART_NAMES or key in _OTHER_NAMES:
        return str(PART_NAMES.get(key) or _OTHER_NAMES[key])
    return str(ProcedureVersion._meta.get_field(RECORD[key].column).verbose_name)


def in_words(sentence: str) -> str:
    """A sentence of the reader of records, in which keys stand for people to see: with the names of these instead."""
    names = _names()
    keys = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    return re.sub(
        rf"(?P<before>^|“|, |: )(?P<key>{keys})(?=”| \d+:|:)",
        lambda found: found["before"] + names[found["key"]],
        sentence,
    )


def _names() -> dict[str, str]:
    """What people call the keys and columns of a record and of its rows, those of the record first."""
    found = {str(key): str(shown) for key, shown in (PART_NAMES | _OTHER_NAMES).items()}
    for keys, model in ((RECORD, ProcedureVersion), *_ROWS):
        columns = {field.name: str(field.verbose_name) for field in model._meta.fields}
        for key, how in keys.items():
            if how.column in columns:
                found.setdefault(key, columns[how.column])
                found.setdefault(how.column, columns[how.column])
    return found


def value(key: str, given: Any) -> list[str]:
    """The value as lines; none when there is none."""
    if given is None:
        return []
    if isinstance(given, bool):
        return [_("yes") if given else _("no")]
    if key in _CHOICES:
        return [words.in_words(_CHOICES[key], given if isinstance(given, list) else [given])]
    if key == "extension":
        return [words.extension_text(_extension(given))]
    if key == "reception_limits":
        return words.answer_limits(SimpleNamespace(answer_limits=given))
    if key == "excluded_periods":
        return words.excluded_periods(SimpleNamespace(excluded_periods=given))
    if key == "limit_by_quantity":
        return [_quantity(given, row) for row in given.get("table", [])]
    if key == "eform":
        count = len(given.get("properties", {}))
        return [ngettext("%(count)d question", "%(count)d questions", count) % {"count": count}]
    if key == "paper_free_from":
        return [f"{date.fromisoformat(given):%d/%m/%Y}"]
    return [str(one) for one in given] if isinstance(given, list) else str(given).splitlines()


def row(part: str, given: Mapping) -> str:
    """One row of a list in one line."""
    parts = {
        "time_limits": _limit,
        "components": _component,
        "fees": _fee,
        "forms": lambda form: [form.get("source_url", "")],
        "internal_steps": _step,
    }[part](given)
    told = " · ".join(one for one in parts if one)
    return told if part == "time_limits" else ": ".join(filter(None, (name_of(given), told)))


def _limit(limit: Mapping) -> list[str]:
    facts = SimpleNamespace(
        label=limit["label"],
        amount=Decimal(str(limit["amount"])),
        unit=limit["unit"],
        cutoff=time.fromisoformat(limit["cutoff"]) if limit.get("cutoff") else None,
        condition=limit.get("when", ""),
    )
    shown, amount = words.limit_text(facts), words.amount_of(facts.amount, facts.unit)
    return [shown] if amount.lower() in shown.lower() else [shown, amount]


def _component(paper: Mapping) -> list[str]:
    facts = SimpleNamespace(
        originals=paper.get("originals", 1),
        copies=paper.get("copies", 0),
        shown_only=paper.get("shown_only", False),
    )
    source = paper.get("electronic_source")
    return [
        words.how_many(facts),
        paper.get("required_when", ""),
        words.source_text(source) if source else "",
        _("result of %(code)s") % {"code": paper["result_of"]} if paper.get("result_of") else "",
    ]


def _fee(fee: Mapping) -> list[str]:
    cap = fee.get("cap") or {}
    facts = SimpleNamespace(
        rule=fee["rule"],
        amount=fee.get("amount"),
        tiers=fee.get("tiers"),
        channel=fee["channel"],
        cap_amount=cap.get("amount"),
        cap_per=cap.get("per", ""),
    )
    return [
        str(FeeKind(fee["kind"]).label),
        words.fee_amount(facts),
        words.fee_channel(facts),
        fee.get("when", ""),
    ]


def _step(step: Mapping) -> list[str]:
    return [str(Role(step["role"]).label), words.amount_of(Decimal(str(step["amount"])), step["unit"])]


def _extension(given: Mapping) -> SimpleNamespace:
    amount = given.get("amount")
    return SimpleNamespace(
        extension_mode=given.get("mode", ""),
        extension_amount=None if amount is None else Decimal(str(amount)),
        extension_unit=given.get("unit", ""),
        extension_when=given.get("when", ""),
    )


def _quantity(given: Mapping, entry: Mapping) -> str:
    last = entry.get("to")
    span = f"{entry['from']}–{last}" if last else f"≥ {entry['from']}"
    limit = words.amount_of(Decimal(str(entry["amount"])), given.get("unit", ""))
    return f"{given.get('quantity', '')} {span}: {limit}"
