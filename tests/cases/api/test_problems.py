"""Every failure has the shape of RFC 9457, in the reader's language."""

import pytest
from django.test import override_settings

from cases.api import problems
from tests.cases.api.conftest import Client, client_of, refused


def test_the_document_is_complete(world, anybody):
    assert anybody.get("status/nothing/").json() == {
        "type": "urn:onestop:problem:not_found",
        "title": "Not found",
        "status": 404,
        "detail": "Nothing fits this code and this proof. Compare both with your receipt, sign by sign.",
        "code": "not_found",
        "errors": [],
    }


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1/", "/api/v1/nowhere/", "/api/v2/dossiers/", "/api/v1/dossiers/a/b/c/"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_address_answers_in_the_same_shape(anybody, path, method):
    refused(getattr(anybody, method)(path), 404, "not_found")


def test_an_unknown_address_without_slash_is_sent_to_the_one_with(anybody):
    assert anybody.get("/api/v1/procedures")["Location"] == "/api/v1/procedures/"


@pytest.mark.parametrize(
    "path", ["me/", "dossiers/", "dossiers/x/", "overdue/", "letters/", "dossiers/x/receipt.pdf"]
)
def test_staff_addresses_ask_for_a_sign_in(anybody, path):
    answer = anybody.get(path)
    refused(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_the_session_of_the_back_office_signs_in(world):
    client = Client()
    client.force_login(world.clerk)
    assert client.get("me/").json()["username"] == "mot-cua"


def test_a_write_with_a_session_needs_the_csrf_token(world):
    """Or any page that a clerk opens could receive dossiers."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.clerk)
    refused(client.post("dossiers/", {}, key="k"), 403, "forbidden")


def test_another_method_is_refused(world, clerk):
    answer = clerk.delete(f"/api/v1/dossiers/{world.receive().code}/")
    refused(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET, HEAD"


def test_whatever_is_accepted_gets_json(world, anybody):
    answer = anybody.get("procedures/", headers={"Accept": "text/html"})
    assert answer["Content-Type"] == "application/json"


def test_sentences_follow_accept_language(world):
    """The catalogue of DRF has this one in both languages, whatever ours has."""

    def detail(language: str) -> tuple[str, str]:
        client = Client(headers={"Accept-Language": language})
        client.force_authenticate(world.clerk)
        answer = client.post("dossiers/", {"procedure": None}, key="k")
        errors = {error["field"]: error["detail"] for error in answer.json()["errors"]}
        return errors["desk"], answer["Content-Language"]

    assert detail("en") == ("This field is required.", "en")
    text, language = detail("vi")
    assert language == "vi"
    assert text != "This field is required."
    assert detail("fr,de;q=0.5") == (text, "vi")


def test_an_error_of_the_server_tells_nothing_from_inside(world, monkeypatch):
    client = client_of(world.clerk)
    client.raise_request_exception = False
    monkeypatch.setattr("cases.queries.look_up", lambda *a: 1 / 0)
    problem = refused(client.get("status/x/"), 500, "server_error")
    assert "division" not in str(problem)


def test_an_error_elsewhere_on_the_site_is_a_plain_page(client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("cases.queries.look_up", lambda *a: 1 / 0)
    answer = client.get("/tra-cuu/?ma=X", headers={"Accept-Language": "en"})
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.content.decode()


def test_an_unknown_page_is_a_plain_page(client):
    answer = client.get("/nowhere/", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert "There is nothing at this address." in answer.content.decode()


@override_settings(ALLOWED_HOSTS=["onestop.example"])
def test_a_request_for_another_host_is_refused_in_shape(anybody):
    refused(anybody.get("procedures/", headers={"Host": "evil.example"}), 400, "malformed")


def test_every_status_has_a_title():
    described = {status for status in problems.TITLES}
    assert described >= {400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503}
