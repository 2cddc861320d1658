"""Filings online and by post, before reception."""

import pytest

from cases import queries, services
from cases.models import Dossier
from procedures.enums import Role
from procedures.models import Component, Staff
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
    answer = client_of(portal).post("filings/", filing(world), key="nop")
    dossier = Dossier.objects.get()
    assert (answer.status_code, answer.json()) == (
        201,
        {
            "uuid": str(dossier.uuid),
            "state": "submitted",
            "procedure": "1.000001",
            "desk": "H41.101",
            "channel": "online",
            "filed_at": "2026-11-09T09:00:00+07:00",
            "counts_from": "2026-11-09T09:00:00+07:00",
        },
    )
    assert [event.actor_label for event in dossier.events.all()] == ["Cổng Thử Nghiệm"]


@pytest.mark.parametrize(("name", "status"), [("NGUYỄN THỊ VÍ DỤ", 201), ("Trần Văn Thử", 422)])
def test_a_filing_reveals_nothing_of_the_person_with_that_id_number(world, portal, name, status):
    """Neither when it is taken nor when the number is known with another name."""
    known = world.receive().applicant
    sent = filing(world, applicant={"full_name": name, "id_number": known.id_number})
    answer = client_of(portal).post("filings/", sent, key="nop")
    assert answer.status_code == status
    facts = (known.full_name, known.phone, known.email, known.address, known.id_number)
    assert [fact for fact in facts if not fact or fact in answer.content.decode()] == []


@pytest.fixture
def certificate_asked(world) -> Component:
    """A paper that the applicant has in the own store: the result of another dossier."""
    world.returned()
    return Component.objects.create(
        version=world.paid.versions.get(),
        position=9,
        name_vi="Giấy chứng nhận",
        electronic_source="Unconnected Database",
        required_when="married",
    )


def named(component, provision: str) -> list[dict]:
    return [{"component": component.pk, "provision": provision}]


@pytest.mark.parametrize("provision", ["paper", "electronic", "reused"])
def test_r13_whoever_knows_name_and_number_learns_nothing_of_the_store(
    world, portal, certificate_asked, provision
):
    """Neither from the answer nor by a file in the filing: nobody has shown yet who he is."""
    sent = filing(world, procedure="1.000002", components=named(certificate_asked, provision))
    answer = client_of(portal).post("filings/", sent, key="nop")
    assert answer.status_code == 201
    assert "12/KQ" not in answer.content.decode()
    dossier = Dossier.objects.get(state="submitted")
    assert (dossier.demands.exists(), dossier.documents.exists()) == (False, False)


def test_r13_a_portal_that_completes_a_filing_does_not_open_the_store(world, portal, certificate_asked):
    dossier = asked(world, procedure=world.paid)
    body = {"components": named(certificate_asked, "reused")}
    answer = client_of(portal).post(f"dossiers/{dossier.uuid}/complete_filing/", body)
    assert answer.status_code == 200
    assert not dossier.documents.exists()


@pytest.mark.parametrize("has_paper", [True, False])
def test_r13_what_no_database_has_is_not_reused_from_outside_whoever_has_it(
    world, portal, certificate_asked, has_paper
):
    """The same answer for everybody, or it would say who has the paper."""
    Component.objects.filter(pk=certificate_asked.pk).update(electronic_source="")
    number = world.applicant.id_number if has_paper else "040000000099"
    sent = filing(
        world,
        procedure="1.000002",
        applicant={"full_name": world.applicant.full_name, "id_number": number},
        components=named(certificate_asked, "reused"),
    )
    problem = refused(client_of(portal).post("filings/", sent, key="nop"), 422, "no_source")
    assert problem["detail"] == (
        "“Giấy chứng nhận” is in no database. Leave it out: the desk looks into the applicant's store when "
        "it receives the filing."
    )


def test_a_filing_needs_a_key(world, portal):
    """As a reception does: a lost answer must not file twice."""
    problem = refused(client_of(portal).post("filings/", filing(world)), 400, "malformed")
    assert problem["errors"][0]["code"] == "idempotency_key_missing"
    assert not Dossier.objects.exists()


def test_a_repeated_filing_files_once(world, portal):
    answers = [client_of(portal).post("filings/", filing(world), key="nop") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Dossier.objects.count() == 1


def test_a_filing_out_of_hours_is_acknowledged_with_the_time_it_counts_from(world, portal, clock):
    clock.move_to("2026-11-14 20:15")  # a Saturday
    dossier = client_of(portal).post("filings/", filing(world), key="nop").json()
    assert (dossier["filed_at"], dossier["counts_from"]) == (
        "2026-11-14T20:15:00+07:00",
        "2026-11-16T07:30:00+07:00",
    )


def test_the_clerk_enters_what_came_by_post(world, clerk):
    sent = filing(world, channel="post", filed_at="2026-11-09T07:45:00+07:00")
    answer = clerk.post("filings/", sent, key="nop")
    assert answer.json()["filed_at"] == "2026-11-09T07:45:00+07:00"
    assert clerk.get(f"dossiers/{answer.json()['uuid']}/").json()["channel"] == "post"


def test_a_portal_does_not_file_by_post(world, portal):
    refused(
        client_of(portal).post("filings/", filing(world, channel="post"), key="nop"), 403, "not_permitted"
    )
    assert not Dossier.objects.exists()


def test_a_filing_at_the_desk_is_none(world, clerk):
    refused(clerk.post("filings/", filing(world, channel="desk"), key="nop"), 400, "malformed")


def test_an_incomplete_filing_is_taken(world, portal):
    """The desk asks to complete it."""
    answer = client_of(portal).post("filings/", filing(world, components=[]), key="nop")
    assert answer.status_code == 201


def asked(world, **changes) -> Dossier:
    """A filing of somebody that the desk asked to complete."""
    dossier = world.submit(**changes)
    services.ask_to_complete(dossier, by=world.clerk, reason="Thiếu", items=["Tờ khai"])
    return dossier


def test_a_portal_completes_what_it_was_asked_for(world, portal, clock):
    dossier = asked(world)
    clock.move_to("2026-11-10 14:00")
    answer = client_of(portal).post(f"dossiers/{dossier.uuid}/complete_filing/", {})
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "uuid": str(dossier.uuid),
            "state": "submitted",
            "procedure": "1.000001",
            "desk": "H41.101",
            "channel": "online",
            "filed_at": "2026-11-10T14:00:00+07:00",
            "counts_from": "2026-11-10T14:00:00+07:00",
        },
    )


def test_a_clerk_who_completes_a_filing_gets_the_dossier(world, clerk):
    answer = clerk.post(f"dossiers/{asked(world).uuid}/complete_filing/", {})
    assert answer.json()["applicant"]["full_name"] == "Nguyễn Thị Ví Dụ"


def test_a_portal_reaches_no_other_dossier(world, portal):
    """Neither what came by post, nor what is received, nor a filing of others."""
    by_post = asked(world, channel="post")
    received = world.receive()
    elsewhere = world.submit(desk=world.other_ward)
    portal.agency = world.ward
    portal.save()
    for dossier in (by_post, received, elsewhere):
        answer = client_of(portal).post(f"dossiers/{dossier.uuid}/complete_filing/", {})
        refused(answer, 404, "not_found")


def test_a_portal_does_nothing_else_with_its_filing(world, portal):
    dossier, client = asked(world), client_of(portal)
    assert client.get("dossiers/").json()["results"] == []
    refused(client.get(f"dossiers/{dossier.uuid}/"), 404, "not_found")
    refused(client.post(f"dossiers/{dossier.uuid}/withdraw/", {"reason": "x"}), 404, "not_found")
    refused(client.post(f"dossiers/{dossier.uuid}/receive/", {}), 404, "not_found")


@pytest.mark.parametrize("change", [{"is_active": False}, {"agency": None}])
def test_a_portal_without_agency_or_switched_off_reaches_nothing(world, portal, change):
    for name, value in change.items():
        setattr(portal, name, value)
    portal.save()
    dossier = asked(world)
    assert not queries.filings_to_complete(portal).exists()
    refused(client_of(portal).post(f"dossiers/{dossier.uuid}/complete_filing/", {}), 404, "not_found")


@pytest.mark.parametrize("who", ["officer", "auditor", "outsider_clerk"])
def test_others_do_not_file(world, who):
    refused(client_of(getattr(world, who)).post("filings/", filing(world), key="nop"), 403, "not_permitted")
    assert not Dossier.objects.exists()


def test_a_portal_of_one_ward_does_not_file_in_another(world, portal):
    portal.agency = world.other_ward
    portal.save()
    refused(client_of(portal).post("filings/", filing(world), key="nop"), 403, "not_permitted")
