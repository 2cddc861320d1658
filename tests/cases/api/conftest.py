"""Clients of the API: one for each person of the cast, in English so that sentences can be read here."""

import pytest
from rest_framework.test import APIClient

from cases.scopes import Scope
from cases.services.tokens import make_token
from tests.cases.connections.conftest import exchange_partner

__all__ = ["Client", "client_of", "exchange_partner", "token_client"]

API = "/api/v1"


class Client(APIClient):
    """Takes addresses below `/api/v1`; sends JSON unless told otherwise."""

    def generic(self, method, path, *args, **extra):
        return super().generic(method, path if path.startswith("/") else f"{API}/{path}", *args, **extra)

    def get(self, path, data=None, **extra):
        return super().get(path if path.startswith("/") else f"{API}/{path}", data, **extra)

    def post(self, path, data=None, *, key=None, format="json", **extra):
        headers = {**extra.pop("headers", {}), **({"Idempotency-Key": key} if key else {})}
        path = path if path.startswith("/") else f"{API}/{path}"
        return super().post(path, data, format=format, headers=headers, **extra)


def client_of(user=None) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    if user is not None:
        client.force_authenticate(user)
    return client


def token_client(user, scopes=Scope.values, *, agency=None, days: int = 30) -> Client:
    """A program that acts for the account by an access token; its row is in `client.token`."""
    token, text = make_token(user, by=user, name="Chương trình thử", scopes=scopes, agency=agency, days=days)
    client = Client(headers={"Accept-Language": "en", "Authorization": f"Bearer {text}"})
    client.token, client.text = token, text
    return client


@pytest.fixture
def anybody() -> Client:
    return client_of()


@pytest.fixture
def clerk(world) -> Client:
    return client_of(world.clerk)


@pytest.fixture
def officer(world) -> Client:
    return client_of(world.officer)


@pytest.fixture
def head(world) -> Client:
    return client_of(world.head)


@pytest.fixture
def supervisor(world) -> Client:
    return client_of(world.supervisor)


@pytest.fixture
def outsider(world) -> Client:
    return client_of(world.outsider_clerk)


def reception(world, procedure=None, **changes) -> dict:
    """The body of a complete reception."""
    procedure = procedure or world.free
    return {
        "procedure": procedure.code,
        "desk": world.ward.identifier,
        "applicant": {"full_name": "Nguyễn Thị Ví Dụ", "id_number": "040000000001"},
        "components": [
            {"component": fact.component_id, "provision": fact.provision}
            for fact in world.components(procedure)
        ],
        **changes,
    }


def receive(client: Client, body: dict, key: str = "mot"):
    return client.post("dossiers/", body, key=key)


def refused(response, status: int, code: str) -> dict:
    """The problem of a refused request, after checking its shape."""
    assert response["Content-Type"] == "application/problem+json", response.content
    problem = response.json()
    assert set(problem) == {"type", "title", "status", "detail", "code", "errors"}
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code), problem
    assert problem["type"] == f"urn:onestop:problem:{code}"
    assert problem["title"] and problem["detail"]
    return problem
