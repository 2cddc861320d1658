"""The database does not answer: a sentence and 503, never a traceback."""

import pytest
from django.db import connection

from tests.cases.api.conftest import client_of, reception, refused

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


@pytest.fixture
def breaks_off_at_the_commit(world):
    """The server ends the connection in the middle of the commit of whoever receives a dossier."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;"
            "CREATE CONSTRAINT TRIGGER break_off AFTER INSERT ON cases_dossier DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION break_off()"
        )
    yield world
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION break_off CASCADE")


def test_who_is_cut_off_at_the_commit_is_not_told_that_nothing_was_stored(breaks_off_at_the_commit):
    """Here nothing was, and a server that dies a moment later has stored it: the program cannot know which."""
    world = breaks_off_at_the_commit
    answer = client_of(world.clerk).post("dossiers/", reception(world), key="k")
    problem = refused(answer, 503, "outcome_unknown")
    assert problem["detail"] == (
        "The database broke off while it was storing this, and nobody knows whether it did. Look in a minute "
        "whether it is there, before you do it again."
    )
    assert answer["Retry-After"] == "30"
