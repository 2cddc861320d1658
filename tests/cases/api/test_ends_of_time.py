"""The ends of time, in every date and moment that the API takes: a sentence, never an error of the server."""

import pytest

from tests.cases.api.conftest import Client, reception, refused

MOMENTS = [
    "0001-01-01T00:00",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-12:00",
]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_reception_at_an_end_of_time_is_refused(world, clerk, moment):
    answer = clerk.post("dossiers/", reception(world, received_at=moment), key="k")
    assert answer.status_code in {400, 422}, answer.content


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_filing_at_an_end_of_time_is_refused(world, clerk, moment):
    answer = clerk.post("filings/", reception(world, channel="online", filed_at=moment), key="k")
    assert answer.status_code in {400, 422}, answer.content


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_promise_at_an_end_of_time_is_refused(world, head, moment):
    dossier = world.processing()
    answer = head.post(f"dossiers/{dossier.uuid}/reschedule/", {"reason": "Chờ", "new_due_at": moment})
    assert answer.status_code in {400, 422}, answer.content


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_question_to_be_answered_at_an_end_of_time_is_refused(world, officer, moment):
    dossier = world.processing()
    body = {"agency": "H41.102", "question": "Xác minh", "due_at": moment}
    answer = officer.post(f"dossiers/{dossier.uuid}/consult/", body)
    assert answer.status_code in {400, 422}, answer.content


@pytest.mark.parametrize("hours", ["0", "-1", "99999.99", "99999"])
def test_a_question_with_more_hours_than_there_are_is_refused(world, officer, hours):
    dossier = world.processing()
    body = {"agency": "H41.102", "question": "Xác minh", "working_hours": hours}
    answer = officer.post(f"dossiers/{dossier.uuid}/consult/", body)
    assert answer.status_code in {400, 422}, answer.content


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", ["due_after", "due_before"])
def test_a_list_up_to_an_end_of_time_is_answered(world, clerk, name, moment):
    assert clerk.get("dossiers/", {name: moment}).status_code in {200, 400}


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_period_at_an_end_of_time_is_refused(world, officer, day):
    world.free.versions.update(
        extension_mode="agreed",
        excluded_periods=[{"name_vi": "Niêm yết", "name_en": "Posting"}],
    )
    dossier = world.processing()
    where = f"dossiers/{dossier.uuid}"
    period = {"name": "Niêm yết", "first": day, "last": day}
    assert officer.post(f"{where}/exclude_period/", period).status_code == 422
    whole = {"name": "Niêm yết", "first": "0001-01-01", "last": "9999-12-31"}
    assert officer.post(f"{where}/exclude_period/", whole).status_code == 422
    assert officer.post(f"{where}/extend/", {"reason": "Chờ", "agreed_on": day}).status_code == 422


def test_the_sentence_names_the_field(world, clerk: Client):
    body = reception(world, received_at="0001-01-01T00:00")
    problem = refused(clerk.post("dossiers/", body, key="k"), 400, "malformed")
    assert [error["field"] for error in problem["errors"]] == ["received_at"]
