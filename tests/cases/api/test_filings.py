"""Filings online and by post, before reception."""

import pytest

from cases.models import Dossier
from procedures.enums import Role
from procedures.models import Staff
from tests.cases.api.conftest import client_of, reception, refused


@pytest.fixture
def portal(world) -> Staff:
    """The account of a connected system, for the whole province."""
    return Staff.objects.create(
        username="cong-dvc", full_name="Cổng Thử Nghiệm", agency=world.province, role=Role.INTEGRATION
    )


def filing(world, **changes) -> dict:
    return {**reception(world), "channel": "online", **changes}


def test_a_portal_files_online_for_the_applicant(world, portal):
    answer = client_of(portal).post("filings/", filing(world))
    assert answer.status_code == 201
    dossier = answer.json()
    assert (dossier["code"], dossier["state"], dossier["channel"]) == (None, "submitted", "online")
    assert [entry["by"] for entry in dossier["events"]] == ["Cổng Thử Nghiệm"]
    assert dossier["possible_verbs"] == []


def test_a_filing_out_of_hours_is_acknowledged_with_the_time_it_counts_from(world, portal, clock):
    clock.move_to("2026-11-14 20:15")  # a Saturday
    dossier = client_of(portal).post("filings/", filing(world)).json()
    assert dossier["events"][0]["sentence"] == "Filed (Online); it counts as received at 16/11/2026 07:30."


def test_the_clerk_enters_what_came_by_post(world, clerk):
    answer = clerk.post("filings/", filing(world, channel="post", filed_at="2026-11-09T07:45:00+07:00"))
    assert answer.json()["filed_at"] == "2026-11-09T07:45:00+07:00"


def test_a_portal_does_not_file_by_post(world, portal):
    refused(client_of(portal).post("filings/", filing(world, channel="post")), 403, "not_permitted")
    assert not Dossier.objects.exists()


def test_a_filing_at_the_desk_is_none(world, clerk):
    refused(clerk.post("filings/", filing(world, channel="desk")), 400, "malformed")


def test_an_incomplete_filing_is_taken(world, portal):
    """The desk asks to complete it."""
    answer = client_of(portal).post("filings/", filing(world, components=[]))
    assert answer.status_code == 201


def test_a_portal_completes_what_it_was_asked_for(world, portal, clerk):
    uuid = client_of(portal).post("filings/", filing(world, components=[])).json()["uuid"]
    clerk.post(f"dossiers/{uuid}/ask_to_complete/", {"reason": "Thiếu", "items": ["Tờ khai"]})
    answer = client_of(portal).post(f"dossiers/{uuid}/complete_filing/", {})
    assert answer.status_code == 200


@pytest.mark.parametrize("who", ["officer", "auditor", "outsider_clerk"])
def test_others_do_not_file(world, who):
    refused(client_of(getattr(world, who)).post("filings/", filing(world)), 403, "not_permitted")
    assert not Dossier.objects.exists()


def test_a_portal_of_one_ward_does_not_file_in_another(world, portal):
    portal.agency = world.other_ward
    portal.save()
    refused(client_of(portal).post("filings/", filing(world)), 403, "not_permitted")
