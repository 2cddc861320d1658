"""E-forms: which schemas can be drawn, how a form is read, what its answers may be."""

import copy

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from procedures import eforms
from procedures.models import ProcedureVersion

FORM = {
    "type": "object",
    "additionalProperties": False,
    "required": ["child", "born_on", "sex", "copies", "true"],
    "properties": {
        "child": {
            "type": "string",
            "title": "Họ tên trẻ",
            "x-title-en": "Child's name",
            "minLength": 2,
            "maxLength": 100,
        },
        "born_on": {"type": "string", "format": "date", "title": "Ngày sinh"},
        "sex": {
            "type": "string",
            "title": "Giới tính",
            "enum": ["nam", "nữ"],
            "x-enum-en": {"nam": "male", "nữ": "female"},
        },
        "copies": {"type": "integer", "title": "Số bản", "minimum": 1, "maximum": 9},
        "true": {"type": "boolean", "const": True, "title": "Tôi cam đoan khai đúng"},
        "note": {"type": "string", "title": "Ghi chú", "x-lines": 3, "maxLength": 20},
    },
}
TYPED = {
    "child": " Nguyễn Văn Thử ",
    "born_on": "9/11/2026",
    "sex": "nữ",
    "copies": "2",
    "true": "on",
    "note": "",
}
ANSWERS = {"child": "Nguyễn Văn Thử", "born_on": "2026-11-09", "sex": "nữ", "copies": 2, "true": True}


def test_form_is_read_into_answers_that_its_schema_accepts():
    assert eforms.read(FORM, TYPED) == ANSWERS
    assert eforms.faults(FORM, ANSWERS) == {}
    Draft202012Validator(FORM).validate(ANSWERS)


def test_questions_are_drawn_in_both_languages():
    vi, en = eforms.fields(FORM, "vi"), eforms.fields(FORM, "en")
    assert [(field.title, field.kind, field.required) for field in vi] == [
        ("Họ tên trẻ", "text", True),
        ("Ngày sinh", "date", True),
        ("Giới tính", "choice", True),
        ("Số bản", "integer", True),
        ("Tôi cam đoan khai đúng", "boolean", True),
        ("Ghi chú", "lines", False),
    ]
    assert (en[0].title, en[1].title, en[2].options) == (
        "Child's name",
        "Ngày sinh",
        (("nam", "male"), ("nữ", "female")),
    )


def test_answers_are_shown_as_they_are_read(settings):
    assert eforms.shown(FORM, ANSWERS, "en")[:4] == [
        ("Child's name", "Nguyễn Văn Thử"),
        ("Ngày sinh", "09/11/2026"),
        ("Giới tính", "female"),
        ("Số bản", "2"),
    ]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("child", ""),
        ("child", "x"),
        ("child", "x" * 101),
        ("born_on", "31/02/2026"),
        ("born_on", "hôm qua"),
        ("sex", "khác"),
        ("copies", "0"),
        ("copies", "10"),
        ("copies", "hai"),
        ("copies", "1.5"),
        ("copies", "9" * 400),
        ("true", ""),
        ("note", "x" * 21),
    ],
)
def test_wrong_answer_is_a_sentence_at_its_question(name, typed):
    found = eforms.faults(FORM, eforms.read(FORM, {**TYPED, name: typed}))
    assert list(found) == [name]
    assert found[name].strip()


def test_answers_beside_the_form_are_refused():
    assert eforms.faults(FORM, {**ANSWERS, "applicant": "1"}) != {}


def changed(**changes) -> dict:
    form = copy.deepcopy(FORM)
    form.update(changes)
    return form


@pytest.mark.parametrize(
    "schema",
    [
        None,
        [],
        "form",
        {},
        {"type": "object"},
        changed(additionalProperties=True),
        changed(properties={}),
        changed(properties={"a b": {"type": "string", "title": "x"}}),
        changed(properties={"a": {"type": "string"}}),
        changed(properties={"a": {"type": "array", "title": "x", "items": {"type": "string"}}}),
        changed(properties={"a": {"type": "string", "title": "x", "pattern": "(a+)+$"}}),
        changed(properties={"a": {"$ref": "http://xau.example/", "type": "string", "title": "x"}}),
        changed(properties={"a": {"type": "string", "title": "x", "enum": []}}),
        changed(properties={"a": {"type": "strin", "title": "x"}}),
        changed(properties={f"a{n}": {"type": "boolean", "title": "x"} for n in range(61)}),
        changed(required=["nobody"]),
        changed(allOf=[{"required": ["x"]}]),
    ],
)
def test_schema_that_cannot_be_drawn_is_refused_with_a_sentence(schema):
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        eforms.check(schema)


def test_usual_schemas_can_be_drawn():
    eforms.check(FORM)
    eforms.check(eforms.DEFAULT)


def test_version_keeps_no_schema_that_cannot_be_drawn(world):
    version = ProcedureVersion.objects.get(procedure=world.free)
    assert version.eform == eforms.DEFAULT
    version.eform_schema = {"type": "object"}
    with pytest.raises(ValidationError):
        version.save()
    version.eform_schema = FORM
    version.save()
    assert ProcedureVersion.objects.get(pk=version.pk).eform == {**FORM, "x-order": list(FORM["properties"])}


def test_questions_keep_their_order_in_the_database(world):
    version = ProcedureVersion.objects.get(procedure=world.free)
    version.eform_schema = FORM
    version.save()
    version = ProcedureVersion.objects.get(pk=version.pk)
    assert [field.name for field in eforms.fields(version.eform, "vi")] == list(FORM["properties"])
    # A field that is added to a kept form comes last, one that is taken out leaves its name behind.
    del version.eform_schema["properties"]["note"]
    version.eform_schema["properties"]["a_new_one"] = {"type": "boolean", "title": "x"}
    assert [field.name for field in eforms.fields(version.eform, "vi")][-2:] == ["true", "a_new_one"]


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from([*FORM["properties"], "x"]), st.text(max_size=120)))
def test_whatever_is_typed_is_accepted_or_a_sentence(typed):
    answers = eforms.read(FORM, typed)
    faults = eforms.faults(FORM, answers)
    assert faults == {} or set(faults) <= set(FORM["properties"])
    assert (faults == {}) == Draft202012Validator(
        FORM, format_checker=Draft202012Validator.FORMAT_CHECKER
    ).is_valid(answers)
    if not faults:
        assert len(eforms.shown(FORM, answers, "vi")) == len(answers)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150)
@given(
    st.dictionaries(
        st.sampled_from(["type", "properties", "required", "additionalProperties", "$ref", "title"]),
        json_values,
    )
    | json_values
)
def test_any_json_is_a_form_or_a_sentence(schema):
    try:
        eforms.check(schema)
    except ValueError as error:
        assert str(error)
    else:
        assert eforms.fields(schema, "vi")
