"""What we rely on at the provider by which citizens sign in (docs/integrations.md), as far as no person is needed."""

import threading
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from django.test import Client

from onestop.outside import Door
from onestop.simulators.oidc import Provider
from tests.citizens import begin, connect
from tests.contract.sides import REAL, given, sides

SYSTEM = "VNEID"
CLIENT, SECRET, REDIRECT = "onestop-test", "secret-of-the-test", "https://motcua.example/dang-nhap/tra-loi/"
SPOKEN = range(400, 404)


@pytest.fixture(params=sides(SYSTEM, "CLIENT_ID", "CLIENT_SECRET", "REDIRECT"))
def issuer(request, settings):
    """The address of that side; the settings lead there."""
    if request.param == REAL:
        account = [given(SYSTEM, name) for name in ("CLIENT_ID", "CLIENT_SECRET", "REDIRECT")]
        connect(settings, given(SYSTEM, "URL").rstrip("/"), *account[:2])
        yield settings.OIDC_CITIZEN_ISSUER
        return
    with Provider(CLIENT, SECRET, [REDIRECT]) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        connect(settings, running.issuer, CLIENT, SECRET)
        yield running.issuer
        running.shutdown()
        thread.join()


def discovery(issuer: str) -> dict:
    with Door(issuer) as door:
        return door.ask("GET", ".well-known/openid-configuration").object()


def test_it_says_who_it_is_and_where_to_go(issuer):
    found = discovery(issuer)
    assert found["issuer"].rstrip("/") == issuer
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
        assert urlsplit(found[name]).netloc
    assert "code" in found["response_types_supported"]
    assert "S256" in found.get("code_challenge_methods_supported", ["S256"])


def test_its_keys_can_verify_what_it_signs(issuer):
    with Door(discovery(issuer)["jwks_uri"]) as door:
        keys = jwt.PyJWKSet.from_dict(door.ask("GET").object()).keys
    assert any(key.public_key_use in {None, "sig"} and key.key_id for key in keys)


@pytest.mark.django_db
def test_our_request_for_a_sign_in_is_understood(issuer, settings):
    redirect = urlsplit(given(SYSTEM, "REDIRECT", REDIRECT))
    settings.ALLOWED_HOSTS = [redirect.hostname]
    address = begin(Client(SERVER_NAME=redirect.hostname), secure=True)
    assert address.split("?")[0] == discovery(issuer)["authorization_endpoint"].split("?")[0]
    asked = {name: texts[0] for name, texts in parse_qs(urlsplit(address).query).items()}
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert (asked["client_id"], asked["redirect_uri"]) == (settings.OIDC_CITIZEN_CLIENT_ID, redirect.geturl())
    assert "openid" in asked["scope"].split()
    assert asked["state"] and asked["nonce"] and asked["code_challenge"]
    assert httpx.get(address).status_code < 400  # the page on which people say who they are, or the way to it


@pytest.mark.parametrize(
    ("secret", "error"), [(None, "invalid_grant"), ("khong-phai", "invalid_client")], ids=["right", "wrong"]
)
def test_the_secret_is_told_from_a_wrong_one_and_no_code_is_made_up(issuer, settings, secret, error):
    asked = {
        "grant_type": "authorization_code",
        "code": "khong-co",
        "code_verifier": "khong-co" * 8,
        "redirect_uri": given(SYSTEM, "REDIRECT", REDIRECT),
        "client_id": settings.OIDC_CITIZEN_CLIENT_ID,
        "client_secret": secret or given(SYSTEM, "CLIENT_SECRET", SECRET),
    }
    with Door(discovery(issuer)["token_endpoint"], spoken=SPOKEN) as door:
        assert door.ask("POST", data=asked).object()["error"] == error
