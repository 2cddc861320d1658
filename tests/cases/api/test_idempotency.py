"""A repeated request acts once."""

import threading

import pytest
from django.db import connection

from cases import services
from cases.errors import KeyReused, NotPermitted
from cases.models import Dossier, IdempotencyKey, Payment
from cases.services.idempotency import fingerprint_of, forget_old_keys, is_done, once
from tests.cases.api.conftest import client_of, receive, reception, refused
from tests.cast import pdf, upload


def test_a_repeated_reception_gets_the_first_answer(world, clerk, clock):
    first = receive(clerk, reception(world))
    clock.move_to("2026-11-09 10:00")
    second = receive(clerk, reception(world))
    assert (second.status_code, second.json()) == (201, first.json())
    assert "Idempotency-Replayed" not in first
    assert second["Idempotency-Replayed"] == "true"
    assert Dossier.objects.count() == 1


def test_the_order_of_fields_does_not_matter(world, clerk):
    body = reception(world)
    receive(clerk, body)
    answer = receive(clerk, dict(reversed(body.items())))
    assert answer.status_code == 201
    assert Dossier.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(world, clerk):
    receive(clerk, reception(world))
    refused(receive(clerk, reception(world, subject="khác")), 422, "idempotency_key_reused")
    assert Dossier.objects.count() == 1


def test_the_same_key_at_another_address_is_refused(world, clerk):
    code = receive(clerk, reception(world), key="k").json()["code"]
    refused(clerk.post(f"dossiers/{code}/digitize/", {}, key="k"), 422, "idempotency_key_reused")


def test_keys_of_two_people_are_two_keys(world, clerk):
    receive(clerk, reception(world))
    other = receive(
        client_of(world.centre_clerk),
        reception(world, desk="H41.12", competent_agency="H41.101", duplicate_known=True),
    )
    assert other.status_code == 201


def test_a_refused_request_leaves_its_key_free(world, clerk):
    incomplete = reception(world, components=[])
    refused(receive(clerk, incomplete), 422, "component_missing")
    assert not IdempotencyKey.objects.exists()
    assert receive(clerk, reception(world)).status_code == 201


@pytest.mark.parametrize("key", ["x" * 121, "khóa", "a\tb"])
def test_a_key_that_is_none_is_refused(world, clerk, key):
    answer = clerk.generic(
        "POST",
        f"/api/v1/dossiers/{world.receive().code}/withdraw/",
        b'{"reason": "x"}',
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )
    refused(answer, 422, "idempotency_key_invalid")


def test_a_verb_can_carry_a_key_too(world, clerk):
    dossier = world.receive(world.paid)
    answers = [clerk.post(f"dossiers/{dossier.code}/pay/", {"amount": 15000}, key="thu") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert Payment.objects.count() == 1


def test_a_file_is_part_of_what_was_sent(world, clerk):
    path = f"dossiers/{world.receive().code}/documents/"

    def send(content):
        return clerk.post(path, {"file": upload(content=content)}, key="quet", format="multipart")

    first = send(pdf())
    assert first.status_code == 201, first.content
    assert send(pdf()).json() == first.json()
    refused(send(b"%PDF-other"), 422, "idempotency_key_reused")


def test_an_act_that_fails_takes_its_key_back(world):
    def fail():
        raise RuntimeError

    with pytest.raises(RuntimeError):
        once(world.clerk, "k", "f", fail)
    assert once(world.clerk, "k", "f", lambda: (200, {"a": 1})).replayed is False


def test_another_fingerprint_is_another_request(world):
    once(world.clerk, "k", fingerprint_of("POST", "/a", data={"x": 1}), lambda: (200, None))
    with pytest.raises(KeyReused):
        once(world.clerk, "k", fingerprint_of("POST", "/a", data={"x": 2}), lambda: (200, None))


def wait_until_somebody_waits() -> None:
    """Until another connection to this database stands before a lock that we hold."""
    waiting = 0
    with connection.cursor() as cursor:
        while not waiting:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # else the first look is repeated for ever
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            (waiting,) = cursor.fetchone()


@pytest.mark.django_db(transaction=True)
def test_a_parallel_repeat_waits_for_the_first_answer(world):
    """Two requests with one key at the same time: the second begins while the first is at work."""
    answers = {}

    def slow():
        second.start()
        wait_until_somebody_waits()
        dossier = world.receive()
        return 201, {"code": dossier.code}

    def repeat():
        try:
            answers["second"] = once(world.clerk, "k", "f", lambda: pytest.fail("acted twice"))
        finally:
            connection.close()

    second = threading.Thread(target=repeat)
    answers["first"] = once(world.clerk, "k", "f", slow)
    second.join()
    assert answers["second"].replayed is True
    assert answers["second"].body == answers["first"].body
    assert Dossier.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_parallel_repeat_acts_when_the_first_was_refused(world):
    answers = {}

    def refuse():
        second.start()
        wait_until_somebody_waits()
        services.receive(world.free, world.applicant, desk=world.ward, by=world.outsider_clerk, components=[])

    def repeat():
        try:
            answers["second"] = once(world.clerk, "k", "f", lambda: (200, {"mine": True}))
        finally:
            connection.close()

    second = threading.Thread(target=repeat)
    with pytest.raises(NotPermitted):
        once(world.clerk, "k", "f", refuse)
    second.join()
    assert answers["second"].body == {"mine": True}
    assert answers["second"].replayed is False


def test_answers_are_forgotten_after_a_day_and_not_before(world, clock):
    once(world.clerk, "hôm qua".encode().hex(), "f", lambda: (200, {}))
    clock.move_to("2026-11-10 08:00")
    once(world.clerk, "today", "f", lambda: (200, {}))
    clock.move_to("2026-11-10 09:00")
    assert forget_old_keys() == 0
    clock.move_to("2026-11-10 09:01")
    assert forget_old_keys() == 1
    assert (is_done(world.clerk, "today"), IdempotencyKey.objects.count()) == (True, 1)


def test_an_answer_is_kept_sealed_and_its_key_is_not_kept(world):
    """Whoever copies the table reads no name in it, nor the key that would open it."""
    once(world.clerk, "khoa-ngau-nhien", "f", lambda: (200, {"name": "Nguyen Thi Vi Du"}))
    (row,) = IdempotencyKey.objects.values()
    assert "Vi Du" not in str(row) and "khoa-ngau-nhien" not in str(row)
    again = once(world.clerk, "khoa-ngau-nhien", "f", lambda: pytest.fail("acted twice"))
    assert (again.body, again.replayed) == ({"name": "Nguyen Thi Vi Du"}, True)


def test_an_answer_that_can_no_longer_be_read_is_not_made_again(world, settings):
    """The server's key changed within the day: acting twice would be worse than no answer."""
    once(world.clerk, "k", "f", lambda: (200, {"a": 1}))
    settings.SECRET_KEY = "another"
    with pytest.raises(KeyReused) as refusal:
        once(world.clerk, "k", "f", lambda: pytest.fail("acted twice"))
    assert refusal.value.code == "idempotency_answer_gone"
