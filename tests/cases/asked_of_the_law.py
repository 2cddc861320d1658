"""`manage.py check_law` as the tests ask it: an installation with everything loaded, and files of cases."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction


@pytest.fixture(scope="module")
def installation(django_db_setup, django_db_blocker):
    """The real catalogue, loaded once for this file and taken back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_catalogue", stdout=StringIO())
        yield
        transaction.set_rollback(True)


@pytest.fixture
def loaded(installation, db):
    """The catalogue is there, and what a test writes is taken back."""


@pytest.fixture
def ask(tmp_path, loaded):
    """Runs one invented case and gives the answers of the product to the keys that it expects."""

    def run(topic: str, inputs: dict, *keys: str, **head) -> dict:
        path = tmp_path / "case.json"
        # Nobody answers this: so every key is a difference, which tells what the product says.
        expected = dict.fromkeys(keys, "?")
        path.write_text(
            json.dumps({"topic": topic, **head, "vectors": [{"inputs": inputs, "expected": expected}]})
        )
        code, verdict = check_json(path)
        differences = verdict["topics"][topic]["differences"]
        assert (code, len(differences)) == (1, len(keys))
        return {d["key"]: d["refusal"] or d["answer"] for d in differences}

    return run


def check(*args) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("check_law", *map(str, args), "--language", "en", stdout=out)
    except SystemExit as stop:
        return stop.code, out.getvalue()
    return 0, out.getvalue()


def check_json(*args) -> tuple[int, dict]:
    code, out = check(*args, "--json")
    return code, json.loads(out)


def write(path: Path, content) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path
