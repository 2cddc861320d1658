"""Webhooks over the API: set up, looked at and repeated by who administers the agency."""

import pytest

from cases.models import Webhook, WebhookDelivery
from cases.services import webhooks
from procedures.enums import Role
from procedures.models import Staff
from tests.cases.api.conftest import client_of, refused, token_client
from tests.cases.hook_receiver import receiver

__all__ = ["receiver"]
BODY = {"agency": "H41.101", "name": "Phần mềm phường", "url": "https://motcua.example/hook"}


@pytest.fixture
def keeper(world) -> Staff:
    return Staff.objects.create(username="quan-tri-phuong", agency=world.ward, role=Role.AGENCY_ADMIN)


@pytest.fixture
def program(keeper):
    return token_client(keeper, ["webhooks"])


def test_a_webhook_is_set_up_with_its_secret_shown(world, program, keeper):
    answer = program.post("webhooks/", {**BODY, "events": ["overdue"]}, key="k")
    assert answer.status_code == 201, answer.content
    hook = Webhook.objects.get()
    assert answer.json()["secret"] == webhooks.secret_of(hook, by=keeper)
    (listed,) = program.get("webhooks/").json()
    assert listed == {
        "id": str(hook.uuid),
        "name": "Phần mềm phường",
        "agency": {"identifier": "H41.101", "name": "UBND phường Thử Nghiệm"},
        "url": "https://motcua.example/hook",
        "events": ["overdue"],
        "active": True,
        "created_at": "2026-11-09T09:00:00+07:00",
    }


def test_the_log_says_what_became_of_each_attempt(world, program, keeper, receiver):
    program.post("webhooks/", {**BODY, "url": receiver.url}, key="k")
    receiver.answers = [500]
    world.receive()
    webhooks.deliver_due()
    hook = Webhook.objects.get()
    (row,) = program.get(f"webhooks/{hook.uuid}/deliveries/").json()["results"]
    assert (row["event"], row["state"], [attempt["status"] for attempt in row["attempts"]]) == (
        "received",
        "pending",
        [500],
    )
    assert row["body"]["dossier"]["state"] == "received"


def test_a_delivery_is_repeated(world, program, receiver):
    program.post("webhooks/", {**BODY, "url": receiver.url}, key="k")
    world.receive()
    webhooks.deliver_due()
    delivery = WebhookDelivery.objects.get()
    path = f"webhooks/{delivery.webhook.uuid}/deliveries/{delivery.uuid}/replay/"
    assert program.post(path).json()["state"] == "pending"
    refused(program.post(path), 409, "not_possible_now")
    webhooks.deliver_due()
    assert len(receiver.requests) == 2


def test_a_webhook_is_switched_pinged_and_given_a_new_secret(world, program):
    first = program.post("webhooks/", BODY, key="k").json()
    path = f"webhooks/{first['id']}"
    assert program.post(f"{path}/switch/", {"active": False}).json()["active"] is False
    assert program.post(f"{path}/ping/").json()["event"] == "ping"
    renewed = program.post(f"{path}/secret/").json()
    assert renewed["secret"] != first["secret"]


def test_a_wrong_address_is_refused_with_a_sentence(world, program):
    problem = refused(program.post("webhooks/", {**BODY, "url": "http://x/"}, key="k"), 422, "bad_address")
    assert problem["detail"] == "The address must begin with https://."


def test_webhooks_of_others_do_not_exist(world, program):
    hook = program.post("webhooks/", BODY, key="k").json()["id"]
    elsewhere = Staff.objects.create(username="qt-xa", agency=world.other_ward, role=Role.AGENCY_ADMIN)
    for person in (elsewhere, world.head, world.clerk, world.auditor):
        client = client_of(person)
        assert client.get("webhooks/").json() == []
        refused(client.get(f"webhooks/{hook}/deliveries/"), 404, "not_found")
        refused(client.post(f"webhooks/{hook}/secret/"), 404, "not_found")
        refused(client.post("webhooks/", BODY, key="k"), 403, "not_permitted")


def test_a_token_for_another_purpose_or_agency_sets_nothing_up(world, keeper):
    refused(token_client(keeper, ["read"]).get("webhooks/"), 403, "scope_missing")
    above = Staff.objects.create(username="qt-tinh", agency=world.province, role=Role.AGENCY_ADMIN)
    narrow = token_client(above, ["webhooks"], agency=world.other_ward)
    refused(narrow.post("webhooks/", BODY, key="k"), 403, "out_of_reach")
