"""The own certificate, by which other installations know this one, does not end unnoticed (R20)."""

import pytest
import time_machine
from django.core.checks import run_checks
from django.urls import reverse

from tests.cast import local
from tests.exchange.keys import write
from tests.signing import PASSPHRASE

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def connected(settings, tmp_path):
    """To one installation by files; the own certificate ends at the beginning of 30/06/2027."""
    ours, certificate = write(tmp_path, "H41.101")
    settings.EXCHANGE_UNIT, settings.EXCHANGE_PKCS12 = "H41.101", str(ours)
    settings.EXCHANGE_PASSPHRASE = PASSPHRASE
    settings.EXCHANGE_PARTNERS = {"H29": {"certificate": str(certificate)}}
    return ours


def found() -> list:
    return [one for one in run_checks(tags=["security"]) if one.id.startswith("cases.W")]


@pytest.mark.parametrize(
    ("moment", "ids"),
    [
        ("2025-12-31 23:59", ["cases.W002"]),
        ("2026-11-09 09:00", []),
        ("2027-05-30 23:59", []),
        ("2027-05-31 00:00", ["cases.W002"]),
        ("2027-07-01 00:00", ["cases.W002"]),
    ],
)
def test_it_is_told_thirty_days_before_and_when_it_does_not_hold(connected, moment, ids):
    with time_machine.travel(local(moment), tick=False):
        messages = found()
    assert [one.id for one in messages] == ids
    assert all("30/06/2027 00:00" in one.msg and one.hint for one in messages)


def test_a_key_that_does_not_open_is_told_too(connected, settings):
    settings.EXCHANGE_PASSPHRASE = "falsch"
    (message,) = found()
    assert (message.id, "does not open" in message.msg) == ("cases.W001", True)


def test_without_partners_nobody_asks_for_a_key(connected, settings):
    settings.EXCHANGE_PARTNERS, settings.EXCHANGE_PKCS12 = {}, "/nowhere.p12"
    assert found() == []


def test_the_page_of_connections_says_it(connected, world, client, clock):
    client.force_login(world.supervisor)
    sentence = (
        "The certificate by which others know this installation holds from 01/01/2026 to 30/06/2027 00:00."
    )
    assert sentence not in client.get(reverse("admin:connections")).content.decode()
    clock.move_to("2027-06-01 09:00")
    client.force_login(world.supervisor)
    assert sentence in client.get(reverse("admin:connections")).content.decode()
