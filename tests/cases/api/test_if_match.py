"""`ETag` and `If-Match`: nobody acts on a dossier that is no longer as they read it."""

import threading

import pytest
from django.db import connection, transaction

from cases import services
from cases.models import Dossier
from tests.cases.api.conftest import client_of, refused
from tests.cases.api.test_idempotency import wait_until_somebody_waits
from tests.cast import upload


def read(client, dossier) -> str:
    answer = client.get(f"dossiers/{dossier.code}/")
    assert answer["ETag"] == answer.json()["etag"]
    return answer["ETag"]


def withdraw(client, dossier, tag=None, **more):
    headers = {} if tag is None else {"If-Match": tag}
    return client.post(f"dossiers/{dossier.code}/withdraw/", {"reason": "Đổi ý"}, headers=headers, **more)


def test_what_was_read_last_may_be_changed(world, clerk):
    dossier = world.receive()
    answer = withdraw(clerk, dossier, read(clerk, dossier))
    assert answer.status_code == 200
    assert answer["ETag"] == read(clerk, dossier)


def test_a_stale_client_is_refused_and_told_what_happened(world, clerk):
    dossier = world.receive()
    tag = read(clerk, dossier)
    world.scan(dossier)
    services.digitize(dossier, by=world.clerk)
    problem = refused(withdraw(clerk, dossier, tag), 412, "stale")
    assert problem["detail"].startswith("Nothing was done: the dossier is no longer as you read it. Document")
    assert "Digitized and handed over" in problem["detail"]
    assert "Read it again" in problem["detail"]
    assert Dossier.objects.get().state == "digitized"


def test_every_event_makes_another_version(world, clerk, officer):
    dossier = world.digitized()
    before = read(clerk, dossier)
    officer.post(f"dossiers/{dossier.code}/start/")
    assert read(clerk, dossier) != before


def test_what_the_night_run_notes_makes_no_other_version(world, clerk, clock):
    dossier = world.processing()
    before = read(clerk, dossier)
    clock.move_to("2026-11-16 09:00")
    assert services.flag_overdue() == 1
    assert read(clerk, dossier) == before


@pytest.mark.parametrize(
    "tag", ['"0"', '"999999999999"', 'W/"1"', "rubbish", '"a", "b"', '"' + "9" * 40 + '"']
)
def test_a_tag_that_the_dossier_never_had_fits_nothing(world, clerk, tag):
    refused(withdraw(clerk, world.receive(), tag), 412, "stale")


def test_one_of_several_tags_is_enough_and_a_star_fits_everything(world, clerk):
    dossier, other = world.receive(), world.receive()
    assert withdraw(clerk, dossier, f'"1", {read(clerk, dossier)}').status_code == 200
    assert withdraw(clerk, other, "*").status_code == 200


def test_a_repeated_request_gets_its_answer_although_the_dossier_moved_on(world, clerk):
    """The first attempt made it stale itself."""
    dossier = world.receive()
    tag = read(clerk, dossier)
    first = withdraw(clerk, dossier, tag, key="k")
    second = withdraw(clerk, dossier, tag, key="k")
    assert (second.status_code, second.json(), second["ETag"]) == (200, first.json(), first["ETag"])


def test_a_refused_request_leaves_its_key_free(world, clerk):
    dossier = world.receive()
    refused(withdraw(clerk, dossier, '"1"', key="k"), 412, "stale")
    assert withdraw(clerk, dossier, read(clerk, dossier), key="k").status_code == 200


def test_a_file_for_a_stale_dossier_is_refused(world, clerk):
    dossier = world.receive()
    answer = clerk.post(
        f"dossiers/{dossier.code}/documents/",
        {"file": upload()},
        format="multipart",
        headers={"If-Match": '"1"'},
    )
    refused(answer, 412, "stale")
    assert not dossier.documents.exists()


def test_an_installation_may_demand_it(world, clerk, settings):
    settings.IF_MATCH_REQUIRED = True
    dossier = world.receive()
    problem = refused(withdraw(clerk, dossier), 428, "version_missing")
    assert "If-Match" in problem["detail"]
    assert withdraw(clerk, dossier, read(clerk, dossier)).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_who_read_the_same_only_one_acts(world):
    """The second one waits for the lock of the first, and then sees what it did."""
    dossier = world.receive()
    tag = read(client_of(world.clerk), dossier)
    answers = {}

    def second():
        try:
            answers["second"] = withdraw(client_of(world.clerk), dossier, tag)
        finally:
            connection.close()

    thread = threading.Thread(target=second)

    with transaction.atomic():
        services.withdraw(dossier, by=world.clerk, reason="Đổi ý")
        thread.start()
        wait_until_somebody_waits()
    thread.join()
    refused(answers["second"], 412, "stale")
