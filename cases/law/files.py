"""Reads files of published cases: a topic, parameters at the head, and `vectors` of inputs and expectations."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from procedures.working_time import TZ, OfficeHours, Session, local

# Keys of a file that are no parameters of its cases.
_FRAME = {"topic", "about", "timezone", "offices", "vectors", "parameters"}


class BadCase(Exception):
    """A file or a case that cannot be read as one; the sentence says which, and what is wrong."""


@dataclass(frozen=True)
class Case:
    id: str
    inputs: "Inputs"
    expected: Mapping
    why: str


@dataclass(frozen=True)
class CaseFile:
    path: Path
    topic: str
    timezone: ZoneInfo
    cases: tuple[Case, ...]


class Inputs:
    """The inputs of one case, read with the type that the question needs.

    What the case leaves out is looked for among the parameters at the head of the file. Every reader
    raises BadCase with the file, the case and the key when the value is missing without a default or
    cannot be read.
    """

    def __init__(self, values: Mapping, head: Mapping, offices: Mapping, timezone: ZoneInfo, where: str):
        self._values = {**head, **values}
        self._offices = offices
        self._timezone = timezone
        self.where = where

    def __contains__(self, key: str) -> bool:
        return self._values.get(key) is not None

    def bad(self, key: str, problem: str) -> BadCase:
        return BadCase(f"{self.where}: {key}: {problem}")

    def first_of(self, *keys: str) -> str:
        """The first of these keys that the case has, else the last: one thing under several names."""
        return next((key for key in keys if key in self), keys[-1])

    def text(self, key: str, default: str | None = None) -> str:
        return self._read(key, str, default, _("a text is needed"))

    def whole(self, key: str, default: int | None = None) -> int:
        return self._read(key, int, default, _("a whole number is needed"))

    def number(self, key: str, default: Decimal | None = None) -> Decimal:
        value = self._read(key, (int, float), default, _("a number is needed"))
        return Decimal(str(value))

    def truth(self, key: str) -> bool:
        value = self._values.get(key)
        if not isinstance(value, bool):
            raise self.bad(key, _("true or false is needed"))
        return value

    def items(self, key: str) -> list:
        return self._read(key, list, [], _("a list is needed"))

    def numbers(self, key: str) -> list[Decimal]:
        return [item.number(key) for item in self._each(key)]

    def wholes(self, key: str) -> list[int]:
        return [item.whole(key) for item in self._each(key)]

    def texts(self, key: str) -> list[str]:
        return [item.text(key) for item in self._each(key)]

    def _each(self, key: str) -> "list[Inputs]":
        return [self.within(key, {key: item}) for item in self.items(key)]

    def mapping(self, key: str) -> "Inputs":
        return self.within(key, self._read(key, dict, None, _("an object is needed")))

    def within(self, key: str, value) -> "Inputs":
        """An object inside this case, to be read in the same way."""
        if not isinstance(value, dict):
            raise self.bad(key, _("an object is needed"))
        return Inputs(value, {}, {}, self._timezone, f"{self.where}: {key}")

    def moment(self, key: str) -> datetime:
        return self._parsed(key, lambda text: moment_in(text, self._timezone), _("a date and time is needed"))

    def day(self, key: str) -> date:
        return self._parsed(key, date.fromisoformat, _("a date is needed"))

    def clock(self, key: str, default: time | None = None) -> time | None:
        return self._parsed(key, time.fromisoformat, _("a time of day is needed")) if key in self else default

    def office(self) -> OfficeHours:
        """Opening hours of the office of the case; `standard` or the usual ones when it names none."""
        office = self._values.get("office")
        if isinstance(office, dict):
            return _office_hours(office, f"{self.where}: office")
        name = self.text("office", "standard")
        if name not in self._offices:
            if "office" in self:
                raise self.bad("office", _("there is no office “%(name)s” in the file") % {"name": name})
            return OfficeHours()
        return _office_hours(self._offices[name], f"{self.where}: office {name}")

    def _read(self, key: str, kind, default, problem: str):
        value = self._values.get(key)
        if value is None and default is not None:
            return default
        # In Python a truth value is a number too; in a case it never stands for one.
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.bad(key, problem)
        return value

    def _parsed(self, key: str, parse, problem: str):
        try:
            return parse(self.text(key))
        except ValueError as error:
            raise self.bad(key, problem) from error


def moment_in(text: str, timezone: ZoneInfo) -> datetime:
    """A moment as the cases write it: without an offset it is meant in the time zone of the file."""
    moment = datetime.fromisoformat(text)
    return local(moment.replace(tzinfo=timezone) if moment.tzinfo is None else moment)


def read_files(paths: Iterable[Path]) -> list[CaseFile]:
    """All files, of folders their `*.json`; each only once. Raises BadCase."""
    found: dict[Path, None] = {}
    for path in paths:
        inside = sorted(path.glob("*.json")) if path.is_dir() else [path]
        if not inside:
            raise BadCase(_("There is no file of cases (*.json) in %(path)s.") % {"path": path})
        found.update(dict.fromkeys(file.resolve() for file in inside))
    return [_read_file(path) for path in found]


def _read_file(path: Path) -> CaseFile:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadCase(
            _("%(path)s cannot be read: %(problem)s.") % {"path": path, "problem": error.strerror}
        ) from error
    except (ValueError, RecursionError) as error:
        raise BadCase(
            _("%(path)s is not a JSON file: %(problem)s.") % {"path": path, "problem": error}
        ) from error
    if not isinstance(content, dict) or not isinstance(content.get("topic"), str):
        raise BadCase(_("%(path)s names no topic.") % {"path": path})
    if not isinstance(content.get("vectors"), list):
        raise BadCase(_("%(path)s has no list of cases (“vectors”).") % {"path": path})
    for key in ("offices", "parameters"):
        if not isinstance(content.get(key) or {}, dict):
            raise BadCase(_("%(path)s: “%(key)s” must be an object.") % {"path": path, "key": key})
    timezone = _timezone(content.get("timezone"), path)
    cases = tuple(_case(row, n, content, timezone, path) for n, row in enumerate(content["vectors"], start=1))
    return CaseFile(path, content["topic"], timezone, cases)


def _case(row, n: int, content: dict, timezone: ZoneInfo, path: Path) -> Case:
    name = row.get("id", f"#{n}") if isinstance(row, dict) else f"#{n}"
    where = f"{path.name}: {name}"
    if not isinstance(row, dict) or not all(isinstance(row.get(key), dict) for key in ("inputs", "expected")):
        raise BadCase(_("%(case)s: a case needs inputs and expected.") % {"case": where})
    if not row["expected"]:
        raise BadCase(_("%(case)s: a case must expect something.") % {"case": where})
    head = {key: value for key, value in content.items() if key not in _FRAME} | (
        content.get("parameters") or {}
    )
    inputs = Inputs(row["inputs"], head, content.get("offices") or {}, timezone, where)
    return Case(str(name), inputs, row["expected"], str(row.get("why") or ""))


def _timezone(name, path: Path) -> ZoneInfo:
    if name is None:
        return TZ
    try:
        return ZoneInfo(name)
    except (TypeError, ValueError, ZoneInfoNotFoundError) as error:
        raise BadCase(_("%(path)s: “%(name)s” is not a time zone.") % {"path": path, "name": name}) from error


def _office_hours(office, where: str) -> OfficeHours:
    try:
        saturday = office.get("saturday") or {}
        return OfficeHours(
            weekday=_sessions(office["hours"]),
            saturday=_sessions(saturday.get("hours", [])),
            saturday_counts=saturday.get("counts_in_deadline", False) is True,
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadCase(
            _('%(where)s: opening hours are lists of [opens, closes], such as [["07:30", "11:30"]].')
            % {"where": where}
        ) from error


def _sessions(pairs) -> tuple[Session, ...]:
    return tuple(Session(time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in pairs)
