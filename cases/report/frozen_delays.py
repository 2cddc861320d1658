"""The list of delays of a month as it was frozen, and what would be different if it were counted now (R53)."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.models import BigIntegerField, F, Func, JSONField, QuerySet, Value
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import FrozenDelays
from cases.report.late import ApologyState, Late, in_order
from cases.report.tables import shown
from cases.scorecard.scope import Alone, Scope
from procedures.models import Agency

MOMENTS = ("due", "finished")


@dataclass(frozen=True, slots=True)
class FrozenList:
    """What the agencies of a scope decided late in a month, as it was frozen. `at`: when the last list was."""

    late: Sequence[Late]
    at: datetime
    is_unspoilt: bool


@dataclass(frozen=True, slots=True)
class Correction:
    """One dossier whose delay is not counted now as it was frozen; what of it, in words."""

    code: str
    frozen: str
    now: str


def frozen_list(scope: Scope) -> FrozenList | None:
    """None for what is no month, and for a month whose lists are not all frozen yet."""
    found = _frozen(scope)
    if found is None:
        return None
    found = list(found)
    return FrozenList(
        late=in_order(one for row in found for one in map(_read, row.rows)),
        at=max(row.frozen_at for row in found),
        is_unspoilt=all(digest(row.rows) == row.digest for row in found),
    )


def frozen_dossiers(
    scope: Scope, *, only_open: bool = False, unit: str = "", officer: str = ""
) -> QuerySet | None:
    """Ids of the dossiers on that list, picked by the database; None as in `frozen_list`."""
    found = _frozen(scope)
    if found is None:
        return None
    wanted = [
        *(["@.finished == null"] if only_open else ()),
        *(["@.unit == $unit"] if unit else ()),
        *(["@.officer == $officer"] if officer else ()),
    ]
    owner = {"unit": unit, "officer": int(officer) if officer else None}
    picked = _Dossiers(
        F("rows"), _Path(f"$[*] ? ({' && '.join(wanted) or '1 == 1'}).dossier"), Value(owner, JSONField())
    )
    return found.order_by().values(picked=picked)


class _Path(Value):
    def as_sql(self, compiler, connection):
        return "%s::jsonpath", [self.value]


class _Dossiers(Func):
    """What a path of SQL/JSON finds, row by row."""

    template = "(jsonb_path_query(%(expressions)s) #>> '{}')::bigint"
    set_returning = True
    output_field = BigIntegerField()


def _frozen(scope: Scope) -> QuerySet[FrozenDelays] | None:
    if scope.period.in_a_year != 12:
        return None
    month = FrozenDelays.objects.filter(month=scope.period.first)
    if Agency.objects.filter(pk__in=scope.units).exclude(pk__in=month.values("agency")).exists():
        return None
    if isinstance(scope, Alone):
        return month.filter(agency=scope.agency)
    return month.filter(agencies__contains=[scope.agency.pk])


def rows_of(late: Iterable[Late]) -> list[dict]:
    """As they are stored: moments as text with their offset."""
    return [
        asdict(one) | {name: getattr(one, name) and getattr(one, name).isoformat() for name in MOMENTS}
        for one in late
    ]


def digest(rows: list[dict]) -> str:
    """SHA-256 of what is stored."""
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def _read(row: dict) -> Late:
    moments = {name: row[name] and datetime.fromisoformat(row[name]) for name in MOMENTS}
    return Late(**row | moments)


def corrections(frozen: Iterable[Late], now: Iterable[Late]) -> list[Correction]:
    """What a count of today says otherwise, by dossier."""
    then, today = ({one.dossier: one for one in late} for late in (frozen, now))
    found = []
    for pk in then.keys() | today.keys():
        was, is_now = then.get(pk), today.get(pk)
        if was is None:
            found.append(Correction(is_now.code, _("not on the list"), _days(is_now)))
        elif is_now is None:
            found.append(Correction(was.code, _days(was), _("not late")))
        elif _facts(was) != _facts(is_now):
            pairs = [pair for pair in zip(_facts(was), _facts(is_now), strict=True) if pair[0] != pair[1]]
            found.append(Correction(was.code, *("; ".join(side) for side in zip(*pairs, strict=True))))
    return sorted(found, key=lambda one: one.code)


def _facts(one: Late) -> tuple[str, ...]:
    """What a correction may concern, in words; names alone may change without one."""
    return (
        _days(one),
        _("due %(moment)s") % {"moment": shown(one.due)},
        _("result %(moment)s") % {"moment": shown(one.finished)},
        _("unit %(unit)s") % {"unit": one.unit},
        _("apology: %(state)s") % {"state": ApologyState(one.apology).label},
    )


def _days(one: Late) -> str:
    return ngettext("%(days)d working day late", "%(days)d working days late", one.days) % {"days": one.days}
