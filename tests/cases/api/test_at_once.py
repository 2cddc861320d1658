"""A whole dossier in one request: the form, its scans by component, and who may."""

import json

import pytest

from cases.models import Dossier
from procedures.models import ProcedureVersion
from tests.cases.api.conftest import client_of, reception, refused, token_client
from tests.cast import pdf, upload


@pytest.fixture
def counter(world):
    ProcedureVersion.objects.update(decided_at_once=True)
    world.clerk.decides_at_counter = True
    world.clerk.save()
    return world


def decide(client, world, *, key="k", **changes):
    form = world.components(world.free)[0].component_id
    given = {
        "reception": json.dumps(reception(world)),
        "file": upload("trich-luc.pdf", pdf(2)),
        "number": "15/TL",
        "signer": "Lê Thị Một Cửa",
        "scan": [upload(content=pdf() + b"%% to khai")],
        "scan_component": [form],
        **changes,
    }
    return client.post("dossiers/decide_at_once/", given, key=key, format="multipart")


def test_it_is_received_decided_and_handed_over(counter, clerk):
    answer = decide(clerk, counter)
    assert answer.status_code == 201, answer.content
    page = answer.json()
    assert (page["state"], page["result"]["number"]) == ("returned", "15/TL")
    assert [document["source"] for document in page["documents"]] == ["scan", "result"]
    again = decide(clerk, counter)
    assert (again.json(), again["Idempotency-Replayed"]) == (page, "true")
    assert Dossier.objects.count() == 1


def test_another_scan_is_another_request(counter, clerk):
    decide(clerk, counter)
    other = decide(clerk, counter, scan=[upload(content=pdf(3))])
    refused(other, 422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reception": "{"}, "reception"),
        ({"reception": "[]"}, "reception"),
        ({"reception": "{}"}, "reception.desk"),
        ({"scan_component": [1, 2]}, "scan_component"),
        ({"signature": "x"}, "signature"),
    ],
)
def test_a_form_that_is_not_as_described_is_refused(counter, clerk, wrong, field):
    problem = refused(decide(clerk, counter, **wrong), 400, "malformed")
    assert field in {error["field"] for error in problem["errors"]}
    assert not Dossier.objects.exists()


def test_it_needs_the_authority_the_desk_and_a_key(counter):
    counter.clerk.decides_at_counter = False
    counter.clerk.save()
    refused(decide(client_of(counter.clerk), counter), 403, "not_permitted")
    refused(decide(client_of(counter.outsider_clerk), counter), 403, "not_permitted")
    refused(decide(client_of(counter.clerk), counter, key=None), 400, "malformed")
    refused(decide(token_client(counter.clerk, ["read"]), counter), 403, "scope_missing")
    assert not Dossier.objects.exists()
