"""Redis stops in the middle of the day: the desk goes on, and the next sweep makes up what waited."""

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse

from cases import lookup, services
from cases.enums import State
from cases.models import Dossier
from notifications.models import Message
from tests.cases.helpers import fresh, kinds

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english")]


@pytest.fixture
def redis(private_redis, settings):
    """The cache and the broker of this test, which it may kill."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": private_redis.url}}
    settings.REDIS_URL = private_redis.url
    settings.CELERY_BROKER_URL = private_redis.broker_url
    cache.set("alive", "yes")
    assert cache.get("alive") == "yes"
    return private_redis


def test_a_dossier_lives_its_whole_life_without_redis(world, redis):
    before = world.receive()
    redis.kill()
    assert cache.get("alive") is None
    dossier = world.returned(world.free)
    assert [before.code, dossier.code] == ["H41.101-261109-0001", "H41.101-261109-0002"]
    assert fresh(dossier).state == State.RETURNED


def test_a_dossier_is_looked_up_without_redis(world, redis, client):
    redis.kill()
    dossier = world.receive()
    page = client.post(reverse("public:lookup"), {"code": dossier.code, "secret": lookup.secret_of(dossier)})
    assert (page.status_code, dossier.code in page.content.decode()) == (200, True)
    status = reverse("api:status", args=[dossier.code])
    answer = client.get(status)
    assert (answer.status_code, answer.json()) == (200, {"code": dossier.code, "finished": False})
    assert client.get(status, headers={"X-Lookup-Secret": "00000-00000"}).status_code == 404
    owner = client.get(status, headers={"X-Lookup-Secret": lookup.secret_of(dossier)})
    assert (owner.status_code, owner.json()["code"]) == (200, dossier.code)


def test_messages_wait_in_the_database_and_the_next_sweep_delivers_them(world, redis):
    redis.kill()
    world.receive()
    assert set(Message.objects.values_list("state", flat=True)) == {"pending"}
    assert mail.outbox == []
    call_command("sweep")
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    receipt = Message.objects.get(channel="email", recipient="vi.du@congdan.example")
    assert (["vi.du@congdan.example"], receipt.subject) in [(sent.to, sent.subject) for sent in mail.outbox]


def test_what_became_overdue_while_redis_was_away_is_flagged_by_the_next_sweep(world, clock, redis):
    dossier = world.processing()
    redis.kill()
    clock.move_to("2026-11-20 09:00")  # no task ran for a week
    assert services.sweep() == services.SweepCounts(flagged=1, warned=0, drafted=1)
    assert kinds(dossier)[-2:] == ["overdue", "apology_drafted"]


def test_nothing_is_lost_when_redis_stops_between_two_receptions(world, redis):
    world.receive()
    redis.kill()
    world.receive()
    assert Dossier.objects.count() == 2
    assert Message.objects.filter(state="pending").count() == 4
