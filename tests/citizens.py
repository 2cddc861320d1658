"""Citizens who sign in at a real provider that runs beside the test: invented people, real protocol."""

import copy
import threading
from urllib.parse import urlsplit

import httpx
import pytest

from onestop.simulators.oidc import PEOPLE, Provider

CLIENT, SECRET = "onestop-test", "secret-of-the-test"
SIGN_IN = "/dang-nhap/"
HERE = "http://testserver"


def connect(settings, issuer: str, client_id: str = CLIENT, secret: str = SECRET) -> None:
    """Settings as the environment would make them for this provider."""
    settings.OIDC_CITIZEN_ISSUER = issuer
    settings.OIDC_CITIZEN_CLIENT_ID = client_id
    providers = copy.deepcopy(settings.SOCIALACCOUNT_PROVIDERS)
    app = next(app for app in providers["openid_connect"]["APPS"] if app["provider_id"] == "citizen")
    app |= {"client_id": client_id, "secret": secret}
    app["settings"] = {**app["settings"], "server_url": issuer}
    settings.SOCIALACCOUNT_PROVIDERS = providers


@pytest.fixture
def provider(settings):
    """The provider of `onestop.simulators.oidc` on a port of its own, and this installation connected to it."""
    people = copy.deepcopy(PEOPLE)
    with Provider(CLIENT, SECRET, [f"{HERE}/dang-nhap/tra-loi/"], people=people) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        connect(settings, running.issuer)
        yield running
        running.shutdown()
        thread.join()


def begin(client, then: str = "/", **request) -> str:
    """Press the button; the address at the provider that one is sent to."""
    answer = client.post(SIGN_IN, {"next": then}, **request)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def choose(address: str, person: str) -> str:
    """Choose who one is at the provider; the path that it sends back to."""
    answer = httpx.post(address, data={"person": person})
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def sign_in(client, person: str = "vi-du", then: str = "/"):
    """The whole way; the last answer, which leads to `then`."""
    return client.get(choose(begin(client, then), person))
