"""The database does not answer: a sentence and 503, never a traceback."""

import pytest
from django.db import connection

from tests.cases.api.conftest import client_of, refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def no_database(world, monkeypatch, tmp_path):
    """The next connection finds nobody at the other end: real refusals of the driver."""
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", str(tmp_path))  # a folder without a socket
    yield world
    connection.close()


@pytest.mark.parametrize("path", ["procedures/", "status/H41.101-261109-0001/"])
def test_the_public_api_says_so(no_database, path):
    answer = client_of().get(path)
    problem = refused(answer, 503, "database_away")
    assert problem["detail"] == "The database does not answer. Nothing was changed. Try again in a minute."
    assert answer["Retry-After"] == "30"


def test_a_write_says_so(no_database):
    answer = client_of(no_database.clerk).post("dossiers/", {"procedure": "1.000001"}, key="k")
    refused(answer, 503, "database_away")


def test_a_sign_in_says_so(no_database):
    answer = client_of().get("me/", headers={"Authorization": "Bearer 0123abcd"})
    refused(answer, 503, "database_away")


def test_the_public_page_says_so(no_database, client):
    answer = client.get("/tra-cuu/?ma=H41.101-261109-0001", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert "The database does not answer." in answer.content.decode()
    assert answer["Retry-After"] == "30"


def test_pages_without_data_work(no_database, client):
    assert client.get("/").status_code == 200
    assert client.get("/tra-cuu/").status_code == 200
