"""Staff sign in at a real OpenID Connect provider: to accounts that are there, and to no other."""

import copy
import logging
import threading
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth import get_user
from django.contrib.messages import get_messages
from django.test import Client

from onestop.checks import check_staff_sign_in
from onestop.simulators.oidc import Provider
from procedures.enums import Role
from procedures.models import Staff
from procedures.services import second_factor
from tests.citizens import CLIENT, HERE, SECRET, choose
from tests.onestop.test_second_factor import shown_by

LOGIN, BEGIN, BACK = "/quan-tri/login/", "/quan-tri/dang-nhap/", "/quan-tri/dang-nhap/tra-loi/"
NOBODY = (
    "Your account at Tỉnh belongs to no account here. Ask whoever keeps the accounts of your agency, or sign "
    "in with your password."
)
FAILED = "The sign-in did not succeed. Nobody was signed in. Try again."
PEOPLE = {
    "1": {"name": "Lê Thị Một Cửa", "preferred_username": "mot-cua", "email": "mot-cua@nghean.example"},
    "2": {"name": "Trần Văn Thử", "preferred_username": "khong-co"},
    "3": {"name": "Không Tên"},
}


@pytest.fixture
def provider(settings):
    """A provider of the province on a port of its own, and this installation connected to it."""
    settings.LANGUAGE_CODE = "en"
    with Provider(CLIENT, SECRET, [f"{HERE}{BACK}"], people=copy.deepcopy(PEOPLE)) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        settings.OIDC_STAFF_ISSUER = running.issuer
        settings.OIDC_STAFF_CLIENT_ID, settings.OIDC_STAFF_NAME = CLIENT, "Tỉnh"
        providers = copy.deepcopy(settings.SOCIALACCOUNT_PROVIDERS)
        app = next(app for app in providers["openid_connect"]["APPS"] if app["provider_id"] == "staff")
        app |= {"client_id": CLIENT, "secret": SECRET}
        app["settings"] = {**app["settings"], "server_url": running.issuer}
        settings.SOCIALACCOUNT_PROVIDERS = providers
        yield running
        running.shutdown()
        thread.join()


def sign_in(client, person: str = "1", then: str = "/quan-tri/"):
    """The whole way; the last answer."""
    answer = client.post(BEGIN, {"next": then})
    assert answer.status_code == 302
    return client.get(choose(answer["Location"], person))


def refusal(client, answer) -> str:
    """What the login page says to somebody who was not let in."""
    assert (answer.status_code, answer["Location"]) == (302, LOGIN)
    assert not get_user(client).is_authenticated
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def says(provider, **claims) -> None:
    """From now on the provider's ID tokens say this, too."""

    def id_token(person, nonce):
        made = type(provider).id_token(provider, person, nonce)
        usual = jwt.decode(made, options={"verify_signature": False})
        return jwt.encode(usual | claims, provider.key, algorithm="RS256", headers={"kid": "1"})

    provider.id_token = id_token


# --- The way in -----------------------------------------------------------------------------------


def test_the_button_is_there_when_a_provider_is_connected(world, client, provider, settings):
    assert "Sign in with Tỉnh" in client.get(LOGIN).content.decode()
    settings.OIDC_STAFF_ISSUER = ""
    assert "Tỉnh" not in client.get(LOGIN).content.decode()
    assert client.post(BEGIN)["Location"] == LOGIN
    assert client.get(f"{BACK}?code=x&state=y")["Location"] == LOGIN


def test_the_account_with_this_name_is_signed_in(world, client, provider):
    answer = sign_in(client, then="/quan-tri/cases/dossier/")
    assert (answer.status_code, answer["Location"]) == (302, "/quan-tri/cases/dossier/")
    assert get_user(client) == world.clerk
    assert client.get("/quan-tri/cases/dossier/").status_code == 200


def test_nothing_is_made_and_nothing_is_kept(world, client, provider):
    before = Staff.objects.count()
    for person in PEOPLE:
        sign_in(Client(), person)
    assert (Staff.objects.count(), SocialAccount.objects.count()) == (before, 0)


def test_request_carries_state_nonce_and_challenge(world, client, provider):
    asked = parse_qs(urlsplit(client.post(BEGIN)["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{HERE}{BACK}"]
    assert len(asked["nonce"][0]) >= 24


@pytest.mark.parametrize("wanted", ["https://xau.example/", "//xau.example/", "javascript:alert(1)", ""])
def test_nobody_is_led_to_another_site(world, client, provider, wanted):
    assert sign_in(client, then=wanted)["Location"] == "/quan-tri/"


def test_the_button_is_a_form(world, client, provider):
    assert client.get(BEGIN).status_code == 405


# --- Who stays outside ----------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["2", "3"])
def test_who_has_no_account_here_reads_what_to_do(world, client, provider, person):
    assert refusal(client, sign_in(client, person)) == NOBODY


@pytest.mark.parametrize(
    "changes",
    [{"is_active": False}, {"is_staff": False}, {"role": ""}],
    ids=["closed", "not for the back office", "no role"],
)
def test_an_account_that_does_not_work_here_stays_closed(world, client, provider, changes):
    Staff.objects.filter(pk=world.clerk.pk).update(**changes)
    assert refusal(client, sign_in(client)) == NOBODY


def test_a_citizen_never_comes_in_here(world, client, provider):
    Staff.objects.create_user("citizen-1", role=Role.CITIZEN)
    provider.people["2"]["preferred_username"] = "citizen-1"
    assert refusal(client, sign_in(client, "2")) == NOBODY


@pytest.mark.parametrize("name", ["MOT-CUA", " mot-cua", "mot-cua\x00", "", None, ["mot-cua"], {"a": 1}, 7])
def test_a_name_is_the_same_or_another(world, client, provider, name):
    provider.people["1"]["preferred_username"] = name
    assert refusal(client, sign_in(client)) == NOBODY


def test_an_email_address_counts_when_it_is_verified(world, client, provider, settings):
    settings.OIDC_STAFF_CLAIM = "email"
    Staff.objects.filter(pk=world.clerk.pk).update(username="mot-cua@nghean.example")
    for verified in (None, False, "true", 1):
        provider.people["1"]["email_verified"] = verified
        stranger = Client()
        assert refusal(stranger, sign_in(stranger)) == NOBODY
    provider.people["1"]["email_verified"] = True
    sign_in(client)
    assert get_user(client) == world.clerk


@pytest.mark.parametrize(
    "claims",
    [{"nonce": "another"}, {"aud": "another"}, {"iss": "http://127.0.0.1:1"}, {"exp": 1}, {"sub": "2"}],
    ids=["nonce", "audience", "issuer", "expired", "another subject than userinfo"],
)
def test_id_token_that_is_not_for_this_request_is_refused(world, client, provider, claims):
    says(provider, **claims)
    assert refusal(client, sign_in(client)) == FAILED


def test_signature_is_checked(world, client, provider):
    published = provider.jwks()
    provider.jwks = lambda: published
    provider.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert refusal(client, sign_in(client)) == FAILED


def test_a_state_of_nobody_is_refused(world, client, provider):
    assert refusal(client, client.get(f"{BACK}?code=x&state=y")) == FAILED


def test_who_cancels_is_back_at_the_login(world, client, provider):
    state = parse_qs(urlsplit(client.post(BEGIN)["Location"]).query)["state"][0]
    answer = client.get(f"{BACK}?error=access_denied&state={state}")
    assert (answer["Location"], refusal(client, answer)) == (LOGIN, "")


def test_a_provider_that_is_away_is_a_sentence(world, client, provider):
    provider.discovery = lambda: {"issuer": "http://127.0.0.1:1"}
    said = "Tỉnh does not answer. Sign in with your password, or try again later."
    assert refusal(client, client.post(BEGIN)) == said


def test_the_log_says_what_happened_and_names_nobody(world, client, provider, caplog):
    caplog.set_level(logging.INFO)
    sign_in(client)
    sign_in(Client(), "2")
    lines = [record.getMessage() for record in caplog.records if record.name == "cases.admin.staff_sign_in"]
    assert lines == [
        "Sign-in of staff by the provider, no second factor there.",
        "Sign-in of staff refused: the provider's person has no active account here.",
    ]


# --- The second factor ----------------------------------------------------------------------------


@pytest.fixture
def with_app(world) -> Staff:
    second_factor.confirm(world.clerk, shown_by(second_factor.begin(world.clerk).secret))
    return world.clerk


def test_the_code_is_asked_after_the_provider_too(with_app, client, provider):
    says(provider, amr=["pwd", "mfa"], acr="2")
    sign_in(client)
    assert client.get("/quan-tri/")["Location"].startswith("/quan-tri/hai-lop/ma/")


@pytest.mark.parametrize("claims", [{"amr": ["pwd", "mfa"]}, {"acr": "mfa"}])
def test_the_providers_second_factor_counts_where_the_installation_says_so(
    with_app, client, provider, settings, claims
):
    settings.OIDC_STAFF_SECOND_FACTOR = ["mfa"]
    sign_in(client)
    assert client.get("/quan-tri/")["Location"].startswith("/quan-tri/hai-lop/ma/")
    client.logout()
    says(provider, **claims)
    sign_in(client)
    assert client.get("/quan-tri/").status_code == 200


def test_only_the_signed_token_tells_of_a_second_factor(with_app, client, provider, settings):
    settings.OIDC_STAFF_SECOND_FACTOR = ["mfa"]
    provider.people["1"]["amr"] = ["mfa"]  # in the user information, which nobody signs
    sign_in(client)
    assert client.get("/quan-tri/")["Location"].startswith("/quan-tri/hai-lop/ma/")


def test_risky_settings_are_named(settings):
    settings.OIDC_STAFF_ISSUER, settings.HTTPS = "http://sso.example", True
    settings.OIDC_STAFF_CLIENT_ID = settings.OIDC_STAFF_CLIENT_SECRET = "x"
    assert [fault.id for fault in check_staff_sign_in(None)] == ["onestop.W021"]
    settings.OIDC_STAFF_ISSUER = "https://sso.example"
    assert check_staff_sign_in(None) == []
