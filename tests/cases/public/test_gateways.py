"""What gateways of messages tell by themselves: look-ups by text message, and reports on what was sent."""

import json
import re
import time
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from cases import hooks, lookup, services, text_lookup
from cases.models import AnsweredText
from cases.public import gateways
from notifications.enums import MessageChannel
from notifications.models import Message, MessageReport
from notifications.segments import sms_size
from tests.cast import local

SECRET = "bi-mat-thu-nghiem"
INBOUND, REPORT = "/cong/sms/tin-den/", "/cong/sms/bao-cao/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def agreed(settings):
    settings.SMS_CALLBACK_SECRET = SECRET


def tell(address: str, body, *, secret: str = SECRET, at: int | None = None):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    timestamp = int(time.time()) if at is None else at
    headers = {
        "X-Onestop-Timestamp": str(timestamp),
        "X-Onestop-Signature": hooks.signature(secret, timestamp, content),
    }
    return Client(enforce_csrf_checks=True).post(
        address, content, content_type="application/json", headers=headers
    )


def text(words: str, *, sender: str = "0900000001", number: str = "") -> str:
    answer = tell(INBOUND, {"id": number or str(uuid4()), "from": sender, "text": words})
    assert answer.status_code == 200
    return answer.json()["reply"]


def asked_for(dossier, secret: str = "") -> str:
    return f"TC {dossier.code} {secret or lookup.secret_of(dossier)}"


# Look-up ----------------------------------------------------------------------------------------------


def test_code_and_secret_get_the_state_in_one_part_of_an_sms(world):
    dossier = world.processing()
    reply = text(asked_for(dossier))
    assert reply == (
        f"Ho so {dossier.code}: dang giai quyet. Hen tra {dossier.due_at.astimezone(text_lookup.TZ):%H:%M %d/%m/%Y}."
        " Tai UBND phuong Thu Nghiem."
    )
    assert (sms_size(reply).segments, sms_size(reply).encoding) == (1, "GSM-7")


@pytest.mark.parametrize(
    "state", ["received", "digitized", "processing", "supplement", "paid", "returned", "stopped"]
)
def test_every_state_fits_into_one_part(world, state):
    reply = text(asked_for(world.in_state(state)))
    assert reply.startswith("Ho so H41.")
    assert sms_size(reply) == sms_size(text_lookup.without_accents(reply))
    assert sms_size(reply).segments == 1


def test_however_it_is_typed(world):
    dossier = world.receive()
    secret = lookup.secret_of(dossier)
    for words in (
        f"tc {dossier.code.lower()} {secret.lower()}",
        f"  Tc   {dossier.code}\n{secret.replace('-', ' ')} ",
        f"TC {dossier.code} {secret.replace('-', '')}",
    ):
        assert text(words).startswith(f"Ho so {dossier.code}: da tiep nhan")


@pytest.mark.parametrize(
    "words",
    ["TC", "xin chào", "TC H41.101", "H41.101-261109-0001 7K2QD-M0XRA", "💥" * 300, "TC " + "9" * 490],
)
def test_what_is_not_understood_gets_help(world, words):
    assert text(words) == text_lookup.HELP
    assert sms_size(text_lookup.HELP).segments == 1


def test_nothing_tells_whether_a_code_exists(world):
    dossier = world.receive()
    wrong = text(asked_for(dossier, "00000-00000"))
    assert wrong == text("TC H41.101-261109-0999 00000-00000") == text_lookup.NOTHING_FITS


def test_wrong_secrets_wait_and_a_right_one_waits_with_them(world):
    dossier = world.receive()
    for _attempt in range(5):
        assert text(asked_for(dossier, "00000-00000")) == text_lookup.NOTHING_FITS
    assert text(asked_for(dossier)) == text_lookup.wait_text(30)
    assert text(asked_for(dossier), sender="0900000002").startswith("Ho so")


def test_one_telephone_asks_only_so_often(world):
    dossier = world.receive()
    replies = [text(asked_for(dossier)) for _attempt in range(11)]
    assert replies[9].startswith("Ho so")
    assert re.fullmatch(r"Da tra cuu sai hoac qua nhieu lan\. Xin thu lai sau \d+ phut\.", replies[10])


def test_a_repeat_is_answered_the_same_and_counted_once(world):
    dossier = world.receive()
    first = text(asked_for(dossier), number="42")
    services.withdraw(dossier, by=world.clerk, reason="Người nộp đổi ý")
    for _again in range(12):
        assert text(asked_for(dossier), number="42") == first
    assert text(asked_for(dossier), number="43") != first


def test_a_number_that_is_used_again_never_gives_ones_answer_to_another(world):
    first, second = world.receive(), world.receive()
    assert text(asked_for(first), number="42").startswith(f"Ho so {first.code}")
    assert text("TC 1", sender="0900000002", number="42") == text_lookup.HELP
    assert text(asked_for(second), number="42").startswith(f"Ho so {second.code}")


def test_neither_telephone_nor_secret_is_kept(world):
    dossier = world.receive()
    text(asked_for(dossier), sender="0912345678", number="42")
    kept = repr(list(AnsweredText.objects.values()))
    for private in ("0912345678", lookup.secret_of(dossier), dossier.code, "'42'"):
        assert private not in kept


def test_zalo_has_no_look_up(settings):
    settings.ZALO_CALLBACK_SECRET = SECRET
    assert tell("/cong/zalo/tin-den/", {"id": "1", "from": "1", "text": "TC"}).status_code == 404


# Who is believed --------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [INBOUND, REPORT])
@pytest.mark.parametrize(
    ("changes", "status"),
    [({"secret": "khác"}, 403), ({"at": int(time.time()) - 3600}, 403), ({"at": 10**11}, 403)],
)
def test_what_is_forged_or_old_is_refused(address, changes, status):
    assert tell(address, {"id": "1"}, **changes).status_code == status


def test_without_an_agreed_secret_nobody_is_listened_to(settings):
    settings.SMS_CALLBACK_SECRET = ""
    assert tell(INBOUND, {}, secret="").status_code == 404
    assert tell("/cong/email/bao-cao/", {}).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html>", 400),
        ("x".encode("utf-16"), 400),
        (b"[" * 50_000, 400),
        ([], 400),
        ({}, 422),
        ({"id": 5, "from": "a", "text": "b"}, 422),
        ({"id": "1", "from": "\x00", "text": "b"}, 422),
        (b"x" * 70_000, 413),
    ],
)
def test_garbage_is_refused_in_a_word(body, status):
    assert tell(INBOUND, body).status_code == status


# Reports ----------------------------------------------------------------------------------------------


@pytest.fixture
def message(world) -> Message:
    world.receive()
    return Message.objects.filter(channel=MessageChannel.SMS).latest("pk")


def report(message, status="arrived", **more) -> dict:
    return {"id": str(message.key), "status": status, "at": "2026-11-09T09:05:00+07:00", **more}


def test_a_report_says_what_became_of_a_message(message):
    assert tell(REPORT, report(message)).json() == {"ok": True, "known": True}
    row = MessageReport.objects.get()
    assert (row.message, row.status) == (message, "arrived")


def test_told_twice_or_in_another_order_each_word_is_one_row(message):
    for status in ("failed", "arrived", "failed", "arrived"):
        tell(REPORT, report(message, status))
    assert sorted(row.status for row in MessageReport.objects.all()) == ["arrived", "failed"]
    with pytest.raises(DatabaseError), transaction.atomic():
        MessageReport.objects.update(status="arrived")


def test_a_message_that_we_never_had_is_nobodys_failure(message):
    for key in (str(uuid4()), "x", "💥"):
        assert tell(REPORT, {**report(message), "id": key}).json() == {"ok": True, "known": False}
    assert not MessageReport.objects.exists()


def test_another_channel_says_nothing_about_it(message, settings):
    settings.ZALO_CALLBACK_SECRET = SECRET
    assert tell("/cong/zalo/bao-cao/", report(message)).json()["known"] is False


def test_an_unknown_word_is_refused(message):
    assert tell(REPORT, report(message, "wonderful")).status_code == 422


@pytest.mark.parametrize("at", [None, "hôm qua", "2026-13-45T00:00:00Z", "2126-01-01T00:00:00+07:00", 5])
def test_a_moment_that_is_none_is_that_of_the_telling(message, at):
    tell(REPORT, report(message) | {"at": at})
    row = MessageReport.objects.get()
    assert row.at == row.told_at


def test_the_moment_is_the_gateways(message, clock):
    clock.move_to("2026-11-12 10:00")
    tell(REPORT, report(message))
    assert MessageReport.objects.get().at == local("2026-11-09 09:05")


def test_answers_are_looked_up_as_on_the_page(world, monkeypatch):
    monkeypatch.setattr(gateways.queries, "look_up", lambda code, proof: None)
    assert text(asked_for(world.receive())) == text_lookup.NOTHING_FITS
