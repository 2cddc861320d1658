"""Whatever is sent: an answer in shape, never an error of the server."""

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.api.views.verbs import VERBS
from tests.cases.api.conftest import client_of, reception, refused

# Lone surrogates too: they are valid JSON.
TEXTS = st.text(st.characters(codec=None), max_size=40) | st.sampled_from(
    ["\x00", "\ud800", "2026-13-40", "9" * 400]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
RECEPTION_FIELDS = [
    "procedure",
    "desk",
    "applicant",
    "components",
    "competent_agency",
    "limit",
    "channel",
    "subject",
    "fees",
    "quantities",
    "received_at",
]
many = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


def send(client, path: str, body) -> int:
    """The status of the answer; what was done is taken back, so that every body meets the same dossier."""
    with transaction.atomic():
        answer = client.generic(
            "POST",
            path,
            json.dumps(body).encode(),
            content_type="application/json",
            headers={"Idempotency-Key": str(uuid4())},
        )
        transaction.set_rollback(True)
    assert answer.status_code < 500
    if answer.status_code >= 400:
        assert answer.json()["detail"]
    return answer.status_code


@pytest.fixture
def statuses() -> Iterator[set[int]]:
    """What the examples of a test were answered; some bodies must have reached the service."""
    seen: set[int] = set()
    yield seen
    assert seen - {400, 409}


@pytest.fixture
def dossier(world):
    return world.receive()


@many
@given(field=st.sampled_from(RECEPTION_FIELDS), value=VALUES)
def test_a_reception_with_any_value_is_answered(world, statuses, field, value):
    statuses.add(send(client_of(world.clerk), "dossiers/", {**reception(world), field: value}))


@many
@given(verb=st.sampled_from([act for act in VERBS if not act.file]), data=st.data())
def test_a_verb_with_any_values_is_answered(world, dossier, statuses, verb, data):
    asked = {name for name, field in verb.body().fields.items() if field.required or data.draw(st.booleans())}
    body = {name: data.draw(VALUES, label=name) for name in sorted(asked)}
    statuses.add(send(client_of(world.clerk), f"dossiers/{dossier.uuid}/{verb.name}/", body))


@many
@given(value=TEXTS, name=st.sampled_from(["q", "agency", "field", "cursor", "limit", "due_before"]))
@pytest.mark.parametrize("path", ["dossiers/", "letters/", "procedures/"])
def test_a_list_with_any_filter_is_answered(world, path, value, name):
    answer = client_of(world.head).get(path, {name: value.encode(errors="surrogatepass")})
    assert answer.status_code in {200, 400}


def test_a_number_beyond_all_numbers_is_refused(world, dossier):
    answer = client_of(world.clerk).generic(
        "POST",
        f"dossiers/{dossier.uuid}/waive/",
        b'{"fee": 1e999, "ground": "x"}',
        content_type="application/json",
        headers={"Idempotency-Key": str(uuid4())},
    )
    refused(answer, 400, "malformed")
