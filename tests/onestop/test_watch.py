"""The dead man's switch: the web side notices that beat and workers are silent, and says so once."""

import pytest
from django.core import mail
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from cases.models import Heartbeat, Outage
from cases.services.outages import watch_workers
from cases.tasks import heartbeat
from onestop import watch
from procedures.enums import Role
from tests.cases.helpers import in_parallel, make_person
from tests.cast import local

OPERATORS = ["truc@nghean.example", "cntt@nghean.example"]


@pytest.fixture(autouse=True)
def operators(settings, monkeypatch):
    settings.OPERATOR_EMAILS = OPERATORS
    settings.OUTAGE_AFTER_SECONDS = 600
    settings.LANGUAGE_CODE = "en"
    monkeypatch.setattr(watch._Looked, "at", None)


@pytest.fixture
def silent(world, clock):
    """The last sign of life was at 09:00; it is 09:11 now."""
    heartbeat()
    clock.move_to("2026-11-09 09:11")


def test_a_fresh_heartbeat_is_no_outage(world, clock):
    heartbeat()
    clock.move_to("2026-11-09 09:10")
    assert watch_workers() is None
    assert (Outage.objects.count(), mail.outbox) == (0, [])


def test_an_installation_without_workers_has_no_outage(db):
    assert watch_workers() is None
    assert Outage.objects.count() == 0


def test_silence_is_told_once_to_all_operators(silent, clock):
    outage = watch_workers()
    assert (outage.since, outage.noticed_at) == (local("2026-11-09 09:00"), local("2026-11-09 09:11"))
    for minute in (12, 30, 59):
        clock.move_to(f"2026-11-09 09:{minute}")
        watch_workers()
    (message,) = mail.outbox
    assert message.to == OPERATORS
    assert message.subject == "One-stop desk: the workers have been silent since 09/11/2026 09:00"
    assert Outage.objects.count() == 1


def test_after_a_recovery_another_outage_is_told_again(silent, clock):
    watch_workers()
    clock.move_to("2026-11-09 10:00")
    heartbeat()
    assert watch_workers() is None
    assert Outage.objects.get().ended_at == local("2026-11-09 10:00")
    clock.move_to("2026-11-09 10:11")
    watch_workers()
    assert [message.subject[-16:] for message in mail.outbox] == ["09/11/2026 09:00", "09/11/2026 10:00"]
    assert Outage.objects.filter(ended_at=None).count() == 1


def test_a_recovery_that_nobody_saw_is_another_outage_too(silent, clock):
    watch_workers()
    clock.move_to("2026-11-09 10:00")
    heartbeat()
    clock.move_to("2026-11-09 10:30")  # silent again, and nobody looked in between
    watch_workers()
    assert len(mail.outbox) == 2
    assert list(Outage.objects.values_list("ended_at", flat=True)) == [local("2026-11-09 10:00"), None]


def test_a_mail_server_that_refuses_is_tried_again_after_five_minutes(silent, clock, settings, monkeypatch):
    def refuse(message):
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", refuse)
        assert watch_workers().told_at is None
    clock.move_to("2026-11-09 09:15")
    watch_workers()
    assert mail.outbox == []
    clock.move_to("2026-11-09 09:16")
    watch_workers()
    assert len(mail.outbox) == 1
    assert Outage.objects.get().told_at == local("2026-11-09 09:16")


def test_without_operators_the_outage_is_noted_all_the_same(silent, settings):
    settings.OPERATOR_EMAILS = []
    assert watch_workers().told_at is None
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_of_many_web_processes_one_tells(silent):
    in_parallel([watch_workers] * 4, connections=4)
    assert (Outage.objects.count(), len(mail.outbox)) == (1, 1)


def test_only_one_outage_is_open(silent):
    watch_workers()
    with pytest.raises(IntegrityError, match="outage_one_open"), transaction.atomic():
        Outage.objects.create(
            name="worker", since=local("2026-11-09 09:00"), noticed_at=local("2026-11-09 09:30")
        )


# A request looks ---------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/"])
def test_any_request_notices_after_it_was_answered(client, silent, address):
    assert client.get(address).status_code == 200
    assert len(mail.outbox) == 1


def test_a_process_looks_every_half_minute_and_no_more(client, silent, clock, monkeypatch):
    looks = []
    monkeypatch.setattr(watch, "watch_workers", looks.append)
    for second in ("00", "10", "29", "30", "31"):
        clock.move_to(f"2026-11-09 09:11:{second}")
        client.get("/healthz")
    assert looks == [local("2026-11-09 09:11:00"), local("2026-11-09 09:11:30")]


def test_without_operators_a_request_costs_nothing_more(client, silent, settings, django_assert_num_queries):
    settings.OPERATOR_EMAILS = []
    with django_assert_num_queries(0):
        client.get("/healthz")


def test_a_database_that_is_away_does_not_break_the_answer(client, silent, monkeypatch, caplog):
    def away(now):
        raise DatabaseError("gone")

    monkeypatch.setattr(watch, "watch_workers", away)
    assert client.get("/healthz").status_code == 200
    assert "could not look whether the workers live" in caplog.text


# The banner --------------------------------------------------------------------------------------

BANNER = "The workers have been silent since 09/11/2026 09:00"


def page_for(client, person) -> str:
    client.force_login(person)
    return client.get(reverse("admin:overdue"), headers={"Accept-Language": "en"}).content.decode()


def test_supervisors_see_it_on_every_page_and_officers_do_not(client, world, silent):
    assert BANNER in page_for(client, world.supervisor)
    assert BANNER not in page_for(client, world.officer)


def test_administrators_see_it_too(client, world, silent):
    keeper = make_person("quan-tri-phuong", world.ward, Role.AGENCY_ADMIN, is_staff=True)
    client.force_login(keeper)
    page = client.get(reverse("admin:absences"), headers={"Accept-Language": "en"})
    assert BANNER in page.content.decode()


def test_the_banner_goes_with_the_next_sign_of_life(client, world, silent):
    heartbeat()
    assert BANNER not in page_for(client, world.supervisor)
    assert Heartbeat.objects.count() == 1
