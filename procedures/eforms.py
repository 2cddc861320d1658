"""E-forms (biểu mẫu điện tử): a JSON Schema per procedure version, drawn without a script; pure, no database.

A schema is Draft 2020-12, and of it only what a plain HTML form can ask: texts, dates, whole numbers,
yes or no, one of several. Vietnamese titles are `title`, English ones `x-title-en`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

NAME = "^[a-z][a-z0-9_]{0,39}$"
MOST_FIELDS = 60
LONGEST = 5000  # characters of one answer

_TITLES = {
    "title": {"type": "string", "minLength": 1, "maxLength": 200},
    "x-title-en": {"type": "string", "maxLength": 200},
    "description": {"type": "string", "maxLength": 500},
    "x-description-en": {"type": "string", "maxLength": 500},
}


def _field(required: list[str], **properties) -> dict:
    return {
        "type": "object",
        "required": ["type", "title", *required],
        "properties": {**_TITLES, **properties},
        "additionalProperties": False,
    }


_LENGTH = {"type": "integer", "minimum": 0, "maximum": LONGEST}
_NUMBER = {"type": "integer", "minimum": -(10**15), "maximum": 10**15}
# What a schema of ours may say, as a schema itself.
META = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["type", "properties", "additionalProperties"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"const": "https://json-schema.org/draft/2020-12/schema"},
        "type": {"const": "object"},
        **{name: _TITLES[name] for name in ("title", "x-title-en")},
        "additionalProperties": {"const": False},
        # The database keeps no order of names: `ordered` writes down the one that was given.
        "x-order": {"type": "array", "items": {"type": "string"}},
        # Position of the component that the answers stand for: the application form on paper.
        "x-component": {"type": "integer", "minimum": 0, "maximum": 1000},
        "required": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        "properties": {
            "type": "object",
            "minProperties": 1,
            "maxProperties": MOST_FIELDS,
            "propertyNames": {"pattern": NAME},
            "additionalProperties": {
                "anyOf": [
                    _field(
                        [],
                        type={"const": "string"},
                        minLength=_LENGTH,
                        maxLength=_LENGTH,
                        **{"x-lines": {"type": "integer", "minimum": 1, "maximum": 20}},
                    ),
                    _field(["format"], type={"const": "string"}, format={"const": "date"}),
                    _field(
                        ["enum"],
                        type={"const": "string"},
                        enum={
                            "type": "array",
                            "minItems": 1,
                            "maxItems": 100,
                            "uniqueItems": True,
                            "items": {"type": "string", "minLength": 1, "maxLength": 200},
                        },
                        **{
                            "x-enum-en": {
                                "type": "object",
                                "additionalProperties": {"type": "string", "maxLength": 200},
                            }
                        },
                    ),
                    _field([], type={"const": "integer"}, minimum=_NUMBER, maximum=_NUMBER),
                    _field([], type={"const": "boolean"}, const={"const": True}),
                ]
            },
        },
    },
}
# For versions whose keeper has made no form: what every request says.
DEFAULT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["content"],
    "properties": {
        "content": {
            "type": "string",
            "title": "Nội dung đề nghị giải quyết",
            "x-title-en": "What you ask for",
            "minLength": 3,
            "maxLength": 3000,
            "x-lines": 5,
        },
        "note": {
            "type": "string",
            "title": "Ghi chú thêm",
            "x-title-en": "Further notes",
            "maxLength": 1000,
            "x-lines": 2,
        },
    },
}


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form, as a page draws it; `kind`: text, lines, date, choice, integer or boolean."""

    name: str
    title: str
    help: str
    kind: str
    required: bool
    options: tuple[tuple[str, str], ...] = ()
    lines: int = 1
    longest: int = LONGEST
    least: int | None = None
    most: int | None = None


def check(schema: object) -> None:
    """`ValueError` with a sentence when this is no schema that can be drawn and answered."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise ValueError(_("The e-form is no JSON Schema: %(fault)s") % {"fault": error.message}) from error
    for error in Draft202012Validator(META).iter_errors(schema):
        where = ".".join(str(part) for part in error.absolute_path) or _("the e-form itself")
        raise ValueError(
            _(
                "The e-form cannot be drawn (%(where)s). Possible are fields with a title: string (minLength, "
                "maxLength, x-lines), string with format date, string with enum, integer (minimum, maximum), "
                "boolean; and additionalProperties must be false."
            )
            % {"where": where}
        )
    unknown = sorted(set(schema.get("required", [])) - set(schema["properties"]))
    if unknown:
        raise ValueError(
            _("The e-form demands fields that it does not have: %(names)s.") % {"names": ", ".join(unknown)}
        )


def validate(schema: object) -> None:
    """The same for a column: `ValidationError`; the empty schema is none and stands for the general form."""
    try:
        if schema != {}:
            check(schema)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def validated(schema: dict) -> dict:
    """The schema of a column as it is kept: checked as `validate` does, with its order."""
    validate(schema)
    return ordered(schema)


def ordered(schema: dict) -> dict:
    """The schema with the order of its fields written down; those that it does not name come last."""
    if not schema:
        return schema
    named = [name for name in dict.fromkeys(schema.get("x-order", [])) if name in schema["properties"]]
    return {**schema, "x-order": named + [name for name in schema["properties"] if name not in named]}


def fields(schema: Mapping, language: str) -> list[Field]:
    """The questions in their order, in Vietnamese or English."""
    required, properties = set(schema.get("required", [])), schema["properties"]
    names = ordered(schema)["x-order"]
    return [_drawn(name, properties[name], name in required, language) for name in names]


def _drawn(name: str, facts: Mapping, required: bool, language: str) -> Field:
    english = language.startswith("en")
    options: tuple[tuple[str, str], ...] = ()
    if facts["type"] != "string":
        kind = facts["type"]
    elif "enum" in facts:
        kind, shown = "choice", facts.get("x-enum-en", {}) if english else {}
        options = tuple((value, shown.get(value) or value) for value in facts["enum"])
    elif facts.get("format") == "date":
        kind = "date"
    else:
        kind = "lines" if facts.get("x-lines", 1) > 1 else "text"
    return Field(
        name=name,
        title=(english and facts.get("x-title-en")) or facts["title"],
        help=(english and facts.get("x-description-en")) or facts.get("description", ""),
        kind=kind,
        # A box that must be ticked says so with `const`; a required one is answered by "no" as well.
        required=required and (kind != "boolean" or facts.get("const") is True),
        options=options,
        lines=facts.get("x-lines", 1),
        longest=facts.get("maxLength", LONGEST),
        least=facts.get("minimum"),
        most=facts.get("maximum"),
    )


_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)


def read(schema: Mapping, given: Mapping[str, str]) -> dict:
    """The answers out of the texts of a form; what is left empty is left out, what cannot be read stays text."""
    answers = {}
    for name, facts in schema["properties"].items():
        text = _tidy(given.get(name, ""))
        if facts["type"] == "boolean":
            answers[name] = text not in {"", "false", "off"}
        elif text:
            answers[name] = _value(text, facts)
    return answers


def _tidy(text: str) -> str:
    """Without the one sign that the database cannot keep; line ends as browsers are told to write them."""
    return text.replace("\x00", "").replace("\r\n", "\n").strip()


def _value(text: str, facts: Mapping) -> str | int:
    if facts["type"] == "integer":
        return int(text) if re.fullmatch(r"[+-]?\d{1,16}", text, re.ASCII) else text
    day = _DAY.fullmatch(text) if facts.get("format") == "date" else None
    return "{2}-{1:0>2}-{0:0>2}".format(*day.groups()) if day else text


_SENTENCES = {
    "required": gettext_lazy("Please answer this."),
    "const": gettext_lazy("This has to be confirmed."),
    "type": gettext_lazy("Enter a whole number."),
    "format": gettext_lazy("Enter a day such as 09/11/2026."),
    "enum": gettext_lazy("Choose one of the options."),
    "minLength": gettext_lazy("This is too short: at least %(limit)s characters."),
    "maxLength": gettext_lazy("This is too long: at most %(limit)s characters."),
    "minimum": gettext_lazy("At least %(limit)s."),
    "maximum": gettext_lazy("At most %(limit)s."),
}


def faults(schema: Mapping, answers: Mapping) -> dict[str, str]:
    """What is wrong with the answers, a sentence by field; empty when the schema accepts them."""
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    found: dict[str, str] = {}
    for error in validator.iter_errors(answers):
        for name in _names_of(error, answers):
            sentence = _SENTENCES.get(error.validator, gettext_lazy("This cannot be accepted."))
            found.setdefault(name, sentence % {"limit": error.validator_value})
    return found


def _names_of(error, answers: Mapping) -> Iterator[str]:
    if error.absolute_path:
        yield str(error.absolute_path[0])
    elif error.validator == "required":
        yield from (name for name in error.validator_value if name not in answers)
    else:
        yield ""


def shown(schema: Mapping, answers: Mapping, language: str) -> list[tuple[str, str]]:
    """(title, answer) pairs to read, in the order of the form; unanswered questions are left out."""
    return [
        (field.title, _in_words(field, answers[field.name]))
        for field in fields(schema, language)
        if field.name in answers
    ]


def _in_words(field: Field, answer) -> str:
    if field.kind == "boolean":
        return _("yes") if answer else _("no")
    if field.kind == "date":
        return f"{date.fromisoformat(answer):%d/%m/%Y}"
    return dict(field.options).get(answer, str(answer))
