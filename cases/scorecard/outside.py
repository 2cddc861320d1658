"""Parameters of the scorecard given from outside: what changes on a day, over what was in force (R51, R54); pure.

A record is such as {"begins": "2027-01-01", "parts": {"3.2": {"maximum": 4, "target": 0.5}}}.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from cases.scorecard.editions import CHOICES, Edition, Group, ParameterRefused, refused
from cases.scorecard.parameters import EDITIONS, edition_on

_CHANGEABLE = frozenset({"maximum", "target", "empty", "last_year", "times"})
_KEYS = frozenset({"begins", "parts", "note", *CHOICES})


def with_changes(records: object, editions: Iterable[Edition] = EDITIONS) -> tuple[Edition, ...]:
    """The editions and those that the records make of them, in order of time; read from JSON for example.

    Each record changes parts of the edition that is in force on the day it begins, or a parameter of
    `CHOICES`; one that begins on the very day of an edition takes its place. Numbers may be texts. Raises
    ParameterRefused for anything else.
    """
    by_day = {edition.begins: edition for edition in editions}
    if not isinstance(records, list):
        raise ParameterRefused(_("Parameters of the scorecard are a list of records."))
    days = [_day(record) for record in records]
    for day, record in sorted(zip(days, records, strict=True), key=lambda pair: pair[0]):
        base = edition_on(day, by_day.values())
        words = {name: record[name] for name in CHOICES if name in record}
        by_day[day] = replace(base, begins=day, groups=_changed(base, record), **words)
    return tuple(by_day[day] for day in sorted(by_day))


def _day(record: object) -> date:
    try:
        return date.fromisoformat(record["begins"])
    except (TypeError, KeyError, ValueError) as error:
        raise ParameterRefused(
            _("Each record of parameters says when it begins, like {“begins”: “2027-01-01”}.")
        ) from error


def _changed(base: Edition, record: Mapping) -> tuple[Group, ...]:
    if unknown := record.keys() - _KEYS:
        raise ParameterRefused(
            _("The parameters of %(day)s name something that there is not: %(keys)s.")
            % {"day": f"{_day(record):%d/%m/%Y}", "keys": ", ".join(sorted(map(str, unknown)))}
        )
    changes = record.get("parts", {})
    if not isinstance(changes, Mapping) or not (changes or record.keys() & CHOICES.keys()):
        raise ParameterRefused(
            _("The parameters of %(day)s change nothing.") % {"day": f"{_day(record):%d/%m/%Y}"}
        )
    fields = {base.part(code).code: _fields(code, change) for code, change in changes.items()}
    return tuple(
        replace(group, parts=tuple(replace(part, **fields.get(part.code, {})) for part in group.parts))
        for group in base.groups
    )


def _fields(code: str, change: object) -> dict:
    if not isinstance(change, Mapping) or not change.keys() <= _CHANGEABLE:
        raise refused(code, _("it may change %(keys)s") % {"keys": ", ".join(sorted(_CHANGEABLE))})
    kinds = {"last_year": bool, "times": str}
    for key, kind in kinds.items():
        if key in change and not isinstance(change[key], kind):
            raise refused(code, _("“%(key)s” cannot be read") % {"key": key})
    return {key: value if key in kinds else _number(code, key, value) for key, value in change.items()}


def _number(code: str, key: str, value: object) -> Decimal | None:
    if value is None and key != "maximum":
        return None
    try:
        # A binary fraction from JSON means the number that was written.
        number = Decimal("NaN" if isinstance(value, bool) else str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise refused(code, _("“%(key)s” is a number") % {"key": key})
    return number
