"""Webhooks: told in the transaction of the event, signed, tried again, repeated by hand; nobody's name in them."""

import hashlib
import hmac
import json
from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from cases import services
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.hooks import DeliveryState, back_off, secret_for, signature
from cases.models import Webhook, WebhookAttempt, WebhookDelivery
from cases.services import webhooks
from notifications import hooks as gateway
from procedures.enums import Role
from procedures.models import Staff
from tests.cases.hook_receiver import receiver
from tests.cast import local

__all__ = ["receiver"]
pytestmark = pytest.mark.usefixtures("english")
ELSEWHERE = "https://motcua.example/hook"


@pytest.fixture
def keeper(world) -> Staff:
    return Staff.objects.create(username="quan-tri-phuong", agency=world.ward, role=Role.AGENCY_ADMIN)


def hook_for(keeper, agency=None, *, url=ELSEWHERE, events=()) -> Webhook:
    return webhooks.create_webhook(
        agency or keeper.agency, by=keeper, name="Phần mềm phường", url=url, events=list(events)
    )


def told() -> list[str]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("event", flat=True))


# --- What is told -----------------------------------------------------------------------------


def test_every_change_of_state_is_told(world, keeper):
    hook_for(keeper)
    world.returned()
    assert told() == ["received", "digitized", "started", "settled", "returned"]


def test_a_webhook_chooses_its_events(world, keeper):
    hook_for(keeper, events=["overdue", "document_added"])
    world.digitized()
    assert told() == ["document_added"]


def test_events_of_many_dossiers_at_once_are_told_too(world, keeper, clock):
    hook_for(keeper, events=["overdue"])
    world.processing()
    world.processing()
    clock.move_to("2026-11-16 09:00")
    services.flag_overdue()
    assert told() == ["overdue", "overdue"]


def test_what_is_told_names_nobody(world, keeper):
    hook_for(keeper)
    dossier = world.receive(world.paid)
    body = WebhookDelivery.objects.get().body
    assert body == {
        "id": str(WebhookDelivery.objects.get().uuid),
        "event": "received",
        "number": dossier.events.get(kind="received").pk,
        "at": "2026-11-09T09:00:00+07:00",
        "from_state": "submitted",
        "dossier": {
            "uuid": str(dossier.uuid),
            "code": dossier.code,
            "state": "received",
            "received_at": "2026-11-09T09:00:00+07:00",
            "due_at": "2026-11-12T17:00:00+07:00",
            "finished_at": None,
            "returned_at": None,
            "link": f"http://127.0.0.1:8000/api/v1/dossiers/{dossier.uuid}/",
        },
    }


def test_dossiers_of_others_are_not_told(world, keeper):
    hook_for(keeper)
    world.receive(desk=world.other_ward, by=world.outsider_clerk)
    assert told() == []


def test_who_administers_above_is_told_of_all_below(world):
    above = Staff.objects.create(username="quan-tri-tinh", agency=world.province, role=Role.AGENCY_ADMIN)
    hook_for(above)
    world.receive()
    world.receive(desk=world.other_ward, by=world.outsider_clerk)
    assert told() == ["received", "received"]


def test_desk_and_deciding_agency_are_both_told(world, keeper):
    hook_for(keeper)
    world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    assert told() == ["received"]


def test_a_webhook_that_is_off_is_told_nothing(world, keeper):
    webhooks.switch_webhook(hook_for(keeper), by=keeper, active=False)
    world.receive()
    assert told() == []


def test_what_is_rolled_back_was_never_told(world, keeper):
    hook_for(keeper)
    with pytest.raises(RuntimeError), transaction.atomic():
        world.receive()
        raise RuntimeError
    assert told() == []


# --- Delivered --------------------------------------------------------------------------------


def test_a_delivery_arrives_signed(world, keeper, receiver):
    hook = hook_for(keeper, url=f"{receiver.url}hook?a=1")
    world.receive()
    assert webhooks.deliver_due() == webhooks.HookCounts(delivered=1)
    ((path, headers, body),) = receiver.requests
    delivery = WebhookDelivery.objects.get()
    assert path == "/hook?a=1"
    assert headers["Host"] == receiver.url.removeprefix("http://").rstrip("/")
    assert (headers["X-Onestop-Delivery"], headers["X-Onestop-Event"]) == (str(delivery.uuid), "received")
    assert json.loads(body) == delivery.body
    moment = headers["X-Onestop-Timestamp"]
    assert datetime.fromtimestamp(int(moment), tz=local("2026-11-09 09:00").tzinfo) == local(
        "2026-11-09 09:00"
    )
    secret = webhooks.secret_of(hook, by=keeper)
    expected = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Onestop-Signature"] == f"v1={expected}"
    assert (delivery.state, delivery.delivered_at) == ("delivered", local("2026-11-09 09:00"))
    assert webhooks.deliver_due() == webhooks.HookCounts()


def test_a_failure_is_tried_again_later_and_logged(world, keeper, receiver, clock):
    hook_for(keeper, url=receiver.url)
    receiver.answers = [500, 503, 200]
    world.receive()
    assert webhooks.deliver_due() == webhooks.HookCounts(failed=1)
    assert webhooks.deliver_due() == webhooks.HookCounts()  # not yet
    clock.move_to("2026-11-09 09:01")
    assert webhooks.deliver_due() == webhooks.HookCounts(failed=1)
    clock.move_to("2026-11-09 09:05")
    assert webhooks.deliver_due() == webhooks.HookCounts()
    clock.move_to("2026-11-09 09:06")
    assert webhooks.deliver_due() == webhooks.HookCounts(delivered=1)
    assert list(WebhookAttempt.objects.values_list("status", flat=True)) == [500, 503, 200]
    bodies = {body for _path, _headers, body in receiver.requests}
    assert len(bodies) == 1
    signatures = {headers["X-Onestop-Signature"] for _path, headers, _body in receiver.requests}
    assert len(signatures) == 3


def test_after_the_last_attempt_it_is_given_up(world, keeper, receiver, settings, clock):
    settings.WEBHOOK_MAX_ATTEMPTS = 2
    hook_for(keeper, url=receiver.url)
    receiver.answers = [500, 500]
    world.receive()
    webhooks.deliver_due()
    clock.move_to("2026-11-09 09:01")
    assert webhooks.deliver_due() == webhooks.HookCounts(dead=1)
    clock.move_to("2026-11-10 09:00")
    assert webhooks.deliver_due() == webhooks.HookCounts()


def test_the_waits_grow_to_half_a_day_and_over_three_days():
    waits = [back_off(attempt).total_seconds() / 60 for attempt in range(1, 12)]
    assert waits == [1, 5, 15, 60, 180, 360, 720, 720, 720, 720, 720]


def test_a_redirect_is_not_followed(world, keeper, receiver):
    hook_for(keeper, url=receiver.url)
    receiver.answers = [302]
    world.receive()
    assert webhooks.deliver_due() == webhooks.HookCounts(failed=1)
    assert [path for path, _headers, _body in receiver.requests] == ["/"]


def test_a_receiver_that_is_away_does_not_hold_up_the_others(world, keeper, receiver):
    away = hook_for(keeper, url="http://127.0.0.1:9/")
    hook_for(keeper, url=receiver.url)
    world.receive()
    world.receive()
    assert webhooks.deliver_due() == webhooks.HookCounts(delivered=2, failed=1)
    attempt = WebhookAttempt.objects.get(delivery__webhook=away)
    assert (attempt.status, attempt.detail.partition(" (")[0]) == (None, "The receiver could not be reached")


def test_what_a_killed_worker_held_is_taken_by_another(world, keeper, receiver, clock):
    hook_for(keeper, url=receiver.url)
    world.receive()
    assert webhooks._claim(local("2026-11-09 09:00"), set()) is not None
    assert webhooks.deliver_due() == webhooks.HookCounts()
    clock.move_to("2026-11-09 09:02")
    assert webhooks.deliver_due() == webhooks.HookCounts(delivered=1)


def test_a_ping_is_about_nothing(world, keeper, receiver):
    hook = hook_for(keeper, url=receiver.url)
    webhooks.ping(hook, by=keeper)
    webhooks.deliver_due()
    ((_path, _headers, body),) = receiver.requests
    assert (json.loads(body)["event"], json.loads(body)["dossier"]) == ("ping", None)


def test_a_delivery_is_repeated_by_hand_with_the_same_id(world, keeper, receiver, clock):
    hook_for(keeper, url=receiver.url)
    world.receive()
    webhooks.deliver_due()
    clock.move_to("2026-11-09 10:00")
    webhooks.replay(WebhookDelivery.objects.get(), by=keeper)
    assert webhooks.deliver_due() == webhooks.HookCounts(delivered=1)
    first, second = (headers for _path, headers, _body in receiver.requests)
    assert first["X-Onestop-Delivery"] == second["X-Onestop-Delivery"]
    assert int(second["X-Onestop-Timestamp"]) - int(first["X-Onestop-Timestamp"]) == 3600
    assert first["X-Onestop-Signature"] != second["X-Onestop-Signature"]


def test_what_waits_anyway_is_not_repeated(world, keeper):
    hook_for(keeper)
    world.receive()
    with pytest.raises(NotPossibleNow):
        webhooks.replay(WebhookDelivery.objects.get(), by=keeper)


def test_old_deliveries_leave_the_log_with_their_attempts(world, keeper, receiver, clock):
    hook_for(keeper, url=receiver.url)
    world.receive()
    webhooks.deliver_due()
    clock.move_to("2026-12-09 09:00")
    assert webhooks.forget_old_deliveries() == 0
    clock.move_to("2026-12-09 09:01")
    assert webhooks.forget_old_deliveries() == 1
    assert not WebhookAttempt.objects.exists()


# --- The secret -------------------------------------------------------------------------------


def test_a_new_secret_signs_from_now_on(world, keeper):
    hook = hook_for(keeper)
    old = webhooks.secret_of(hook, by=keeper)
    new = webhooks.secret_of(webhooks.renew_secret(hook, by=keeper), by=keeper)
    assert old != new
    assert signature(old, 1, b"{}") != signature(new, 1, b"{}")


def test_the_secret_hangs_on_the_key_of_the_installation_and_is_stored_nowhere(world, keeper, settings):
    hook = hook_for(keeper)
    before = secret_for(hook.uuid, 1)
    assert before not in str(Webhook.objects.values().get())
    settings.WEBHOOK_KEY = "another"
    assert secret_for(hook.uuid, 1) != before


# --- Who, and where to ------------------------------------------------------------------------


def test_webhooks_are_for_administrators_of_the_agency(world, keeper):
    hook = hook_for(keeper)
    portal = Staff.objects.create(username="cong", agency=world.ward, role=Role.INTEGRATION)
    elsewhere = Staff.objects.create(username="qt-xa", agency=world.other_ward, role=Role.AGENCY_ADMIN)
    for somebody in (world.clerk, world.head, portal, elsewhere, world.auditor):
        with pytest.raises(NotPermitted):
            hook_for(somebody, world.ward)
        for act in (webhooks.secret_of, webhooks.renew_secret, webhooks.ping):
            with pytest.raises(NotPermitted):
                act(hook, by=somebody)
        with pytest.raises(NotPermitted):
            webhooks.switch_webhook(hook, by=somebody, active=False)


BAD = [
    "http://motcua.example/",
    "ftp://motcua.example/",
    "https://",
    "https://a b/",
    "https://user:word@motcua.example/",
    "https://motcua.example/#part",
    "https://motcua.example:99999/",
    "https://[::1/",
    "javascript:alert(1)",
    "https://" + "a" * 500,
    "https://ví-dụ.example/",
]
INSIDE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "0.0.0.0",
    "100.64.0.1",
    "224.0.0.1",
    "[::1]",
    "[::ffff:10.0.0.1]",
    "[fe80::1]",
    "[fd00::1]",
    "[2002:a00:1::]",
]


@pytest.mark.parametrize("url", [*BAD, *(f"https://{host}/" for host in INSIDE)])
def test_an_address_that_webhooks_do_not_go_to_is_refused(world, keeper, url):
    with pytest.raises(Invalid) as refusal:
        hook_for(keeper, url=url)
    assert (refusal.value.code, refusal.value.field) == ("bad_address", "url")
    assert not Webhook.objects.exists()


def test_an_unknown_event_is_refused(world, keeper):
    with pytest.raises(Invalid) as refusal:
        hook_for(keeper, events=["received", "exploded"])
    assert refusal.value.field == "events"


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "::ffff:192.168.0.1"])
def test_a_name_that_leads_into_the_own_network_is_not_followed(monkeypatch, inside):
    """Also when only one of its addresses does: the name server belongs to the other side."""
    entries = [(2, 1, 6, "", (address, 0)) for address in ("203.0.113.7", inside)]
    monkeypatch.setattr(gateway.socket, "getaddrinfo", lambda *args, **kwargs: entries)
    outcome = gateway.post(ELSEWHERE, b"{}", {}, allow_private=False, allow_http=False)
    assert outcome.status is None
    assert "network" in outcome.detail


def test_a_private_network_may_be_allowed_but_never_the_services_of_the_cloud(world, keeper, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    assert hook_for(keeper, url="https://10.0.0.5/hook").url == "https://10.0.0.5/hook"
    with pytest.raises(Invalid):
        hook_for(keeper, url="https://169.254.169.254/latest/")


def test_a_name_that_nobody_knows_is_a_failure_and_no_fault():
    outcome = gateway.post("https://nothing.invalid/", b"{}", {}, allow_private=False, allow_http=False)
    assert (outcome.status, outcome.is_delivered) == (None, False)


@pytest.mark.parametrize(
    "nonsense", [{"url": "ftp://x"}, {"events": ["exploded"]}], ids=["no http", "unknown event"]
)
def test_the_database_refuses_a_webhook_that_makes_no_sense(world, keeper, nonsense):
    hook = hook_for(keeper)
    with pytest.raises(IntegrityError), transaction.atomic():
        Webhook.objects.filter(pk=hook.pk).update(**nonsense)


def test_the_database_refuses_a_delivered_one_without_time(world, keeper):
    hook_for(keeper)
    world.receive()
    with pytest.raises(IntegrityError), transaction.atomic():
        WebhookDelivery.objects.update(state=DeliveryState.DELIVERED)
