"""Examples that a reader copies are right: each fits the schema beside it, and every JSON body has one."""

from functools import cache

import pytest
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from cases.api.schema import EnglishGenerator


@cache
def document() -> dict:
    made = EnglishGenerator().get_schema(public=True)
    validate_schema(made)
    return made


def operations():
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def strict(schema):
    """OpenAPI 3.0 says `nullable` where JSON Schema has a type of nothing."""
    if isinstance(schema, list):
        return [strict(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: strict(value) for name, value in schema.items()}
    return {"anyOf": [inner, {"type": "null"}]} if schema.get("nullable") is True else inner


def faults(content: dict) -> list[str]:
    root = {**strict(content["schema"]), "components": strict(document()["components"])}
    return [
        f"{error.json_path}: {error.message}"
        for example in content.get("examples", {}).values()
        for error in Draft202012Validator(root).iter_errors(example["value"])
    ]


def test_every_json_body_has_an_example():
    without = [
        name
        for name, operation in operations()
        if "examples"
        not in operation.get("requestBody", {}).get("content", {}).get("application/json", {"examples"})
    ]
    assert without == []


@pytest.mark.parametrize("side", ["requestBody", "responses"])
def test_every_example_fits_its_schema(side):
    found = {}
    for name, operation in operations():
        bodies = operation.get(side, {})
        for body in [bodies] if side == "requestBody" else bodies.values():
            for content in body.get("content", {}).values():
                if wrong := faults(content):
                    found[name] = wrong
    assert found == {}
