"""The pages of access tokens and webhooks: shown once, for who may, refused with a sentence."""

import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import AccessToken, Webhook, WebhookDelivery
from cases.services import webhooks
from procedures.enums import Role
from procedures.models import Staff
from tests.cases.admin.conftest import messages_of, text_of
from tests.cases.api.conftest import Client, token_client
from tests.cases.hook_receiver import receiver

__all__ = ["receiver"]
TOKENS = "/quan-tri/ma-truy-cap/"
HOOKS = "/quan-tri/webhook/"


@pytest.fixture
def keeper(world) -> Staff:
    return Staff.objects.create(
        username="quan-tri-phuong", agency=world.ward, role=Role.AGENCY_ADMIN, is_staff=True
    )


@pytest.fixture
def portal(world) -> Staff:
    return Staff.objects.create(username="cong-dich-vu", agency=world.ward, role=Role.INTEGRATION)


def made_for(account, **changes) -> dict:
    return {"account": account.pk, "name": "Phần mềm", "scopes": ["read"], "days": 30, **changes}


def test_a_clerk_makes_a_token_and_sees_it_once(world, browser):
    page = browser(world.clerk).post(TOKENS, made_for(world.clerk))
    text = page.context["made"]
    assert f'value="{text}"' in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert Client(headers={"Authorization": f"Bearer {text}"}).get("me/").json()["username"] == "mot-cua"
    assert text not in browser(world.clerk).get(TOKENS).content.decode()


def test_an_administrator_makes_one_for_a_connected_system(world, browser, keeper, portal):
    client = browser(keeper)
    client.post(TOKENS, made_for(portal, scopes=["file"]))
    token = AccessToken.objects.get()
    assert (token.user, token.created_by, token.scopes) == (portal, keeper, ["file"])
    assert "cong-dich-vu" in text_of(client.get(TOKENS))


@pytest.mark.parametrize("whose", ["officer", "outsider_clerk"])
def test_nobody_makes_one_for_a_colleague(world, browser, keeper, whose):
    for person in (world.clerk, keeper):
        page = browser(person).post(TOKENS, made_for(getattr(world, whose)))
        assert page.context["form"].errors["account"]
    assert not AccessToken.objects.exists()


def test_a_token_without_purpose_or_too_long_is_refused_on_the_page(world, browser):
    client = browser(world.clerk)
    assert client.post(TOKENS, made_for(world.clerk, scopes=[])).context["form"].errors["scopes"]
    page = client.post(TOKENS, made_for(world.clerk, days=1000))
    assert page.context["form"].errors["days"] == ["A token is valid for 1 to 366 days."]
    assert not AccessToken.objects.exists()


def test_a_revoked_token_stays_in_the_list(world, browser):
    program = token_client(world.clerk)
    client = browser(world.clerk)
    path = reverse("admin:token_revoke", args=[program.token.uuid])
    answer = client.post(path, follow=True)
    assert messages_of(answer) == ["“Chương trình thử” is revoked: nobody gets in with it any more."]
    assert "revoked" in text_of(answer)
    assert program.get("me/").status_code == 401


def test_tokens_of_others_are_neither_seen_nor_revoked(world, browser):
    program = token_client(world.officer)
    client = browser(world.clerk)
    assert "Chương trình thử" not in text_of(client.get(TOKENS))
    assert client.post(reverse("admin:token_revoke", args=[program.token.uuid])).status_code == 404
    assert program.get("me/").status_code == 200


def test_an_administrator_revokes_the_token_of_a_member_of_staff(world, browser, keeper):
    program = token_client(world.officer)
    browser(keeper).post(reverse("admin:token_revoke", args=[program.token.uuid]))
    assert program.get("me/").status_code == 401


# --- Webhooks ---------------------------------------------------------------------------------


def test_webhooks_are_for_administrators(world, browser, keeper):
    for person in (world.clerk, world.officer, world.head, world.auditor):
        assert browser(person).get(HOOKS).status_code == 403
    assert browser(keeper).get(HOOKS).status_code == 200


def set_up(client, world, **changes):
    given = {"agency": world.ward.pk, "name": "Phần mềm", "url": "https://motcua.example/hook", **changes}
    return client.post(HOOKS, given, follow=True)


def test_a_webhook_is_set_up_and_shows_its_secret(world, browser, keeper):
    page = set_up(browser(keeper), world, events=["overdue"])
    hook = Webhook.objects.get()
    assert page.redirect_chain[-1][0] == f"{HOOKS}{hook.uuid}/"
    assert webhooks.secret_of(hook, by=keeper) in page.content.decode()
    assert "Overdue" in text_of(page)
    assert "no-store" in page["Cache-Control"]


def test_a_wrong_address_stays_on_the_page_with_a_sentence(world, browser, keeper):
    page = set_up(browser(keeper), world, url="http://10.0.0.1/")
    assert page.context["form"].errors["url"] == ["The address must begin with https://."]
    assert 'value="http://10.0.0.1/"' in html.unescape(page.content.decode())


def test_a_webhook_of_another_agency_does_not_exist(world, browser, keeper):
    elsewhere = Staff.objects.create(
        username="qt-xa", agency=world.other_ward, role=Role.AGENCY_ADMIN, is_staff=True
    )
    set_up(browser(keeper), world)
    hook = Webhook.objects.get()
    client = browser(elsewhere)
    assert client.get(f"{HOOKS}{hook.uuid}/").status_code == 404
    assert client.post(f"{HOOKS}{hook.uuid}/lam/secret/").status_code == 404
    assert set_up(client, world).context["form"].errors["agency"]


def test_the_log_is_shown_and_a_delivery_repeated(world, browser, keeper, receiver):
    client = browser(keeper)
    set_up(client, world, url=receiver.url)
    hook = Webhook.objects.get()
    dossier = world.receive()
    receiver.answers = [200]
    webhooks.deliver_due()
    page = text_of(client.get(f"{HOOKS}{hook.uuid}/"))
    assert dossier.code in page and "HTTP 200" in page and "Delivered" in page
    delivery = WebhookDelivery.objects.get()
    answer = client.post(f"{HOOKS}{hook.uuid}/gui-lai/{delivery.uuid}/", follow=True)
    assert messages_of(answer) == ["It is delivered once more within a minute."]
    webhooks.deliver_due()
    assert len(receiver.requests) == 2


def test_it_is_switched_off_and_on_pinged_and_given_a_new_secret(world, browser, keeper):
    client = browser(keeper)
    set_up(client, world)
    hook = Webhook.objects.get()
    before = webhooks.secret_of(hook, by=keeper)
    for what, active in (("off", False), ("on", True)):
        client.post(f"{HOOKS}{hook.uuid}/lam/{what}/")
        hook.refresh_from_db()
        assert hook.is_active is active
    client.post(f"{HOOKS}{hook.uuid}/lam/ping/")
    assert WebhookDelivery.objects.get().event == "ping"
    client.post(f"{HOOKS}{hook.uuid}/lam/secret/")
    hook.refresh_from_db()
    assert webhooks.secret_of(hook, by=keeper) != before
    assert client.post(f"{HOOKS}{hook.uuid}/lam/anything/").status_code == 404


def test_the_log_costs_the_same_for_one_and_three(world, browser, keeper):

    client = browser(keeper)
    set_up(client, world)
    address = f"{HOOKS}{Webhook.objects.get().uuid}/"

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    world.receive()
    client.get(address)
    one = cost()
    world.receive()
    world.receive()
    assert cost() == one
