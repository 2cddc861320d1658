"""The page of the national portal: rates of the own agencies, what was refused, and what can be done (R46)."""

import re

import pytest
from django.urls import reverse

from cases.models import PortalDossier, PortalFiling
from cases.portal.states import PortalState
from procedures.enums import Role
from tests.cases.helpers import make_person
from tests.cases.portal.conftest import portal, row, server

__all__ = ["portal", "server"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english", "clock", "portal")]


@pytest.fixture
def keeper(world):
    return make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True)


def text_of(client, person, **asked) -> str:
    client.force_login(person)
    return " ".join(client.get(reverse("admin:portal"), asked).content.decode().split())


def refused(world, **changes) -> PortalDossier:
    dossier = world.receive(**changes)
    PortalDossier.objects.filter(dossier=dossier).update(state=PortalState.REFUSED, answer="Code 99: Sai")
    return row(dossier)


def test_it_shows_the_month_and_what_was_refused_with_its_reason(world, client, keeper):
    found = refused(world)
    world.receive()
    text = text_of(client, keeper)
    assert "UBND phường Thử Nghiệm" in text
    assert re.search(r">0[.,]0 %<", text)
    assert f"{found.code}</th>" in text
    assert "Code 99: Sai" in text
    assert "No dossier was received in this month." in text_of(client, keeper, month="2026-10")
    assert "Code 99: Sai" in text_of(client, keeper, month="nonsense")


def test_everyone_sees_the_own_agencies_only(world, client):
    mine = refused(world)
    theirs = refused(world, desk=world.other_ward, by=world.outsider_clerk)
    text = text_of(client, world.supervisor)
    assert mine.code in text
    assert theirs.code not in text
    assert "UBND xã Ví Dụ" not in text
    assert "Send again" not in text  # the administrators of the system do


@pytest.mark.parametrize(
    ("what", "state"), [("send", "waiting"), ("send-all", "waiting"), ("park", "parked")]
)
def test_what_a_keeper_does(world, client, keeper, what, state):
    found = refused(world)
    client.force_login(keeper)
    client.post(reverse("admin:portal_act", args=[what]), {"code": found.code})
    found.refresh_from_db()
    assert found.state == state


def test_a_variant_that_cannot_be_compared_says_so_and_why(world, client, keeper, settings):
    assert "Compare the month with the portal" in text_of(client, keeper)
    settings.PORTAL_VARIANT = "moha"
    text = text_of(client, keeper)
    assert "This variant of the portal cannot be compared: none of its calls says what it has" in text
    assert "Compare the month with the portal" not in text
    for what in ("compare-month", "compare"):
        answer = client.post(
            reverse("admin:portal_act", args=[what]), {"code": refused(world).code}, follow=True
        )
        assert "says nothing of its dossiers" in answer.content.decode()


def test_bringing_up_to_date_asks_the_portal(world, client, keeper, portal):
    found = refused(world)
    client.force_login(keeper)
    answer = client.post(reverse("admin:portal_act", args=["compare"]), {"code": found.code}, follow=True)
    assert "The portal was asked; what is missing there is sent within a minute." in answer.content.decode()
    found.refresh_from_db()
    assert (found.state, found.last_number) == ("waiting", 4)


def test_bad_filings_are_listed_with_their_reason(world, client, keeper):
    from django.utils import timezone

    now = timezone.now()
    PortalFiling.objects.create(
        code="H41.101-261109-0501",
        state="bad",
        first_seen_at=now,
        last_tried_at=now,
        reason="There is no procedure.",
        agency_code="H41.102",
        content={},
    )
    assert "There is no procedure." in text_of(client, keeper)
    assert "There is no procedure." not in text_of(client, world.supervisor)
