"""Two records of a procedure side by side: what a decision leaves as it is, and what it changes; pure.

A record is what `procedures.records` makes of a version. What another system does not tell stays as it is here; a list
that it tells is the whole list, a row that it tells the whole row, and what it tells as empty is none.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from procedures.enums import LimitUnit

PARTS = ("time_limits", "components", "fees", "forms", "internal_steps")
# Of a row that is told, what the office has found out by itself and no publication speaks of.
KEPT = {
    "components": ("name_en", "electronic_source"),
    "forms": ("name_en", "source_url", "component"),
}
# What a paper is when nothing is said about it, as the model has it.
UNSAID = {"components": {"originals": 1, "copies": 0, "shown_only": False}, "forms": {}}
NOTHING = (None, "", [], {})


class Mark(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Field:
    """One value that differs; None: not there."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Row:
    mark: Mark
    before: Mapping | None
    after: Mapping | None


@dataclass(frozen=True, slots=True)
class Part:
    """A list that differs: all its rows in the new order, removed ones where they stood."""

    name: str
    rows: tuple[Row, ...]
    is_reordered: bool = False

    @property
    def after(self) -> list[Mapping]:
        return [row.after for row in self.rows if row.after is not None]


@dataclass(frozen=True, slots=True)
class Difference:
    fields: tuple[Field, ...] = ()
    parts: tuple[Part, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.fields or self.parts)

    def part(self, name: str) -> Part | None:
        return next((part for part in self.parts if part.name == name), None)


def differences(before: Mapping, after: Mapping) -> Difference:
    """Empty exactly when both say the same; a list that is not there and an empty one say the same."""
    fields = [
        Field(name, before.get(name), after.get(name))
        for name in dict.fromkeys([*before, *after])
        if name not in PARTS and before.get(name) != after.get(name)
    ]
    parts = [
        _part(name, before.get(name) or [], after.get(name) or [])
        for name in PARTS
        if (before.get(name) or []) != (after.get(name) or [])
    ]
    return Difference(tuple(fields), tuple(parts))


def applied(before: Mapping, difference: Difference) -> dict[str, Any]:
    """`before` with the difference is what it was made of as `after`."""
    record = dict(before)
    record |= {field.name: field.after for field in difference.fields}
    record |= {part.name: part.after for part in difference.parts}
    return {name: value for name, value in record.items() if value is not None and value != []}


def merged(ours: Mapping, told: Mapping) -> dict[str, Any]:
    """Our record with everything that was told in its place; what is not told stays, as the office has made it.

    So do the internal steps, and of a paper and of a form what `KEPT` names. What hangs on the limits, or on the place of
    a paper in the list, goes with them.
    """
    told = {name: _stated(value) if name in PARTS else value for name, value in told.items()}
    record = {**ours, **told}
    for name, kept in KEPT.items():
        if told.get(name):
            known = _numbered(name, ours.get(name, []))
            record[name] = [
                _row(known.get(key, {}), row, kept, UNSAID[name])
                for key, row in _numbered(name, told[name]).items()
            ]
    papers = {name_of(paper) for paper in record.get("components") or []}
    record["forms"] = [
        {key: value for key, value in form.items() if key != "component" or value in papers}
        for form in record.get("forms") or []
    ]
    for name in ("time_limits", "fees", "internal_steps"):
        record[name] = [_filled(row) for row in record.get(name) or []]
    record["extension"] = _filled(record.get("extension") or {})
    if "time_limits" in told and record["time_limits"] != ours.get("time_limits", []):
        if "limit_by_quantity" not in told:
            record.pop("limit_by_quantity", None)
        if "decided_at_once" in ours and "decided_at_once" not in told:
            record["decided_at_once"] = any(
                limit.get("unit") == LimitUnit.IMMEDIATE for limit in record["time_limits"]
            )
    if "eform" in ours and "eform" not in told:
        record["eform"] = _form_moved(
            ours["eform"], ours.get("components", []), record.get("components") or []
        )
    return _filled(record)


def _stated(rows: Sequence[Mapping] | None) -> list[Mapping]:
    """A list that is told as empty has no rows."""
    return list(rows or [])


def _row(known: Mapping, told: Mapping, kept: Sequence[str], unsaid: Mapping) -> dict[str, Any]:
    """The row that was told, with what is kept of the one that we know, both in the same completeness."""
    row = {name: known[name] for name in kept if name in known} | dict(told)
    row |= {name: value for name, value in unsaid.items() if name in known and row.get(name) is None}
    return _filled(row)


def _filled(record: Mapping) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value not in NOTHING}


def _form_moved(eform: Mapping, before: Sequence[Mapping], after: Sequence[Mapping]) -> dict[str, Any]:
    """The e-form stands for the same paper as before, wherever that is now in the list; for none when it is gone."""
    position = eform.get("x-component")
    if position is None or position >= len(before):
        return dict(eform)
    names = [paper.get("name_vi") for paper in after]
    rest = {name: value for name, value in eform.items() if name != "x-component"}
    name = before[position].get("name_vi")
    return rest | ({"x-component": names.index(name)} if name in names else {})


def name_of(row: Mapping) -> str:
    """What people call a row by: it is the same row as long as this stays."""
    return str(row.get("name_vi") or row.get("name") or row.get("label") or "")


def _key(name: str, row: Mapping) -> tuple:
    if name == "time_limits":  # its label is its length: the case that it is for tells limits apart
        return (row.get("when", ""),)
    return (name_of(row), row.get("channel", ""), row.get("when", "")) if name == "fees" else (name_of(row),)


def _part(name: str, before: Sequence[Mapping], after: Sequence[Mapping]) -> Part:
    """Rows of the same name are the same row; of several with one name the first are the first."""
    old, new = _numbered(name, before), _numbered(name, after)
    place = {key: position for position, key in enumerate(old)}
    removed = [key for key in old if key not in new]
    rows: list[Row] = []
    for key, row in new.items():
        if key not in old:
            rows.append(Row(Mark.ADDED, None, row))
            continue
        while removed and place[removed[0]] < place[key]:
            rows.append(Row(Mark.REMOVED, old[removed.pop(0)], None))
        rows.append(Row(Mark.SAME if old[key] == row else Mark.CHANGED, old[key], row))
    rows += [Row(Mark.REMOVED, old[key], None) for key in removed]
    stay = [key for key in new if key in old]
    return Part(name, tuple(rows), is_reordered=stay != [key for key in old if key in new])


def _numbered(name: str, rows: Sequence[Mapping]) -> dict[tuple, Mapping]:
    seen: Counter[tuple] = Counter()
    numbered = {}
    for row in rows:
        key = _key(name, row)
        seen[key] += 1
        numbered[(*key, seen[key])] = row
    return numbered
