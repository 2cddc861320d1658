"""Reading YAML that people write: every problem becomes one sentence that names file and record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import yaml
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from procedures.days import impossible, is_possible

LARGEST_NUMBER = 10**12


class SeedsRefused(Exception):
    """The seeds have problems, so nothing was loaded; the text has one line for each."""

    def __init__(self, problems: list[str]):
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Place:
    """A place in the seeds, for sentences about it; all places of one reading share the list of problems."""

    problems: list[str]
    file: str
    record: str = ""
    part: str = ""

    def within(self, **place) -> "Place":
        return replace(self, **place)

    def refuse(self, sentence: str) -> None:
        self.problems.append(f"{', '.join(filter(None, (self.file, self.record, self.part)))}: {sentence}")


class _StrictLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML takes the last of two equal keys without a word; here the second one is refused."""

    def construct_mapping(self, node, deep=False):
        keys = set()
        for key_node, _value in node.value:
            key = self.construct_object(key_node, deep=deep)
            if key in keys:
                raise yaml.constructor.ConstructorError(
                    None, None, f"“{key}” is there twice", key_node.start_mark
                )
            keys.add(key)
        return super().construct_mapping(node, deep=deep)


def read_yaml(path: Path, place: Place) -> dict:
    """The mapping in the file; an empty one, and a problem noted, when it cannot be read."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)  # nosec B506 - a SafeLoader
    except FileNotFoundError:
        place.refuse(_("the file is missing."))
    except UnicodeDecodeError:
        place.refuse(_("the file is not in UTF-8."))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        place.refuse(_("line %(line)s cannot be read: %(reason)s.") % {"line": line, "reason": error.problem})
    else:
        if isinstance(content, dict):
            return content
        place.refuse(_("the file must consist of names with values."))
    return {}


# --- Values ---------------------------------------------------------------------------------------
# Each reader returns the value as the models want it, or raises ValueError with a sentence.


def text(value) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(_("“%(value)s” must be text; write it in quotes.") % {"value": value})
    return value.strip()


def texts(value) -> list[str]:
    return [text(item) for item in items(value)]


def flag(value) -> bool:
    if not isinstance(value, bool):
        raise ValueError(_("“%(value)s” must be true or false.") % {"value": value})
    return value


def number(value) -> Decimal:
    """Two decimals, so that 1 and 1.00 are the same fact."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(_("“%(value)s” is not a number.") % {"value": value})
    if value < 0:
        raise ValueError(_("%(value)s must not be negative.") % {"value": value})
    if not value < LARGEST_NUMBER:  # infinity too, and what a Decimal would refuse with an error of its own
        raise ValueError(_("“%(value)s” is not a number.") % {"value": value})
    return Decimal(str(value)).quantize(Decimal("0.01"))


def whole(value) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(_("“%(value)s” is not a whole number.") % {"value": value})
    if value < 0:
        raise ValueError(_("%(value)s must not be negative.") % {"value": value})
    return value


def day(value) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(_("“%(value)s” is not a date; write it as 2026-11-24.") % {"value": value})
    if not is_possible(value):
        raise ValueError(impossible(value))
    return value


def clock(value) -> time:
    try:
        return datetime.strptime(value, "%H:%M").time()  # noqa: DTZ007 (a time of day has no zone)
    except (TypeError, ValueError):
        raise ValueError(
            _("“%(value)s” is not a time of day; write it in quotes, such as '15:00'.") % {"value": value}
        ) from None


def one_of(choices: type[models.TextChoices]) -> Callable:
    def read(value) -> str:
        if value not in choices.values:
            known = ", ".join(choices.values)
            raise ValueError(
                _("“%(value)s” is not known; use one of: %(known)s.") % {"value": value, "known": known}
            )
        return value

    return read


def some_of(choices: type[models.TextChoices]) -> Callable:
    read = one_of(choices)
    return lambda value: [read(item) for item in items(value)]


def mapping(value) -> dict:
    if not isinstance(value, dict):
        raise ValueError(_("“%(value)s” must consist of names with values.") % {"value": value})
    return value


def items(value) -> list:
    if not isinstance(value, list):
        raise ValueError(_("“%(value)s” must be a list.") % {"value": value})
    return value


# --- Rows -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Key:
    """How one key of a record is read; without a column it is for readers of the file only."""

    column: str | None = None
    read: Callable = field(default=lambda value: value)
    required: bool = False


FOR_READERS = Key()


def read_row(data, keys: Mapping[str, Key], place: Place) -> dict:
    """Columns with their values; what is wrong, unknown or missing is noted at the place."""
    if not isinstance(data, dict):
        place.refuse(_("“%(value)s” must consist of names with values.") % {"value": data})
        return {}
    row = {}
    for name, value in data.items():
        if name not in keys:
            place.refuse(
                _("“%(name)s” is not known; known are: %(known)s.") % {"name": name, "known": ", ".join(keys)}
            )
        elif keys[name].column and value is not None:
            try:
                row[keys[name].column] = keys[name].read(value)
            except ValueError as error:
                place.refuse(f"{name}: {error}")
    for name, key in keys.items():
        if key.required and data.get(name) in (None, "", []):
            place.refuse(_("“%(name)s” is missing.") % {"name": name})
            row.pop(key.column, None)
    return row


def read_rows(data, keys: Mapping[str, Key], place: Place, part: str) -> list[dict]:
    """A list of rows; the part in sentences counts from 1, as people do."""
    if data is None:
        return []
    if not isinstance(data, list):
        place.within(part=part).refuse(_("“%(value)s” must be a list.") % {"value": data})
        return []
    return [read_row(item, keys, place.within(part=f"{part} {i}")) for i, item in enumerate(data, start=1)]


def check_model(model: type[models.Model], row: Mapping, place: Place) -> None:
    """Let the model's own validators speak about the given columns: lengths, patterns, ranges."""
    instance = model(**row)
    absent = {f.name for f in model._meta.fields if f.name not in row and f.attname not in row}
    try:
        instance.clean_fields(exclude=absent)
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            place.refuse(f"{name}: {' '.join(messages)}")
