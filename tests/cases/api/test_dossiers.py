"""Lists and pages of dossiers: who sees what, how it is filtered, what it costs."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from cases import lookup, services
from cases.models import Dossier
from procedures.enums import DESK_ROLES, STAFF_ROLES, Role
from tests.cases.api.conftest import client_of, refused
from tests.cases.helpers import make_person
from tests.cast import local, make_procedure


def codes(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["code"] for row in response.json()["results"]]


def found(client, **filters) -> list[str]:
    return codes(client.get("dossiers/", filters))


def test_a_row_tells_what_a_list_shows(world, clerk):
    dossier = world.processing()
    (row,) = clerk.get("dossiers/").json()["results"]
    assert row == {
        "uuid": str(dossier.uuid),
        "code": "H41.101-261109-0001",
        "state": "processing",
        "state_label": "In process",
        "procedure": {"code": "1.000001", "name": "Thủ tục không thu phí (EN)"},
        "field": "Hộ tịch",
        "applicant": "Nguyễn Thị Ví Dụ",
        "receiving_desk": {"identifier": "H41.101", "name": "UBND phường Thử Nghiệm"},
        "competent_agency": {"identifier": "H41.101", "name": "UBND phường Thử Nghiệm"},
        "channel": "desk",
        "filed_at": "2026-11-09T09:00:00+07:00",
        "answer_due_at": None,
        "received_at": "2026-11-09T09:00:00+07:00",
        "first_due_at": "2026-11-12T17:00:00+07:00",
        "due_at": "2026-11-12T17:00:00+07:00",
        "overdue": False,
        "finished_at": None,
        "returned_at": None,
        "ended_at": None,
        "holder": {"username": "thu-ly", "name": "Phạm Văn Thụ Lý"},
        "holder_unit": {"identifier": "H41.101", "name": "UBND phường Thử Nghiệm"},
    }


def test_everybody_sees_the_own_agency_and_below(world):
    here = world.receive()
    there = world.receive(desk=world.other_ward, by=world.outsider_clerk)
    assert found(client_of(world.officer)) == [here.code]
    assert found(client_of(world.outsider_head)) == [there.code]
    assert sorted(found(client_of(world.auditor))) == sorted([here.code, there.code])


def test_desk_and_deciding_agency_both_see_a_dossier(world):
    dossier = world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    assert found(client_of(world.centre_clerk)) == found(client_of(world.officer)) == [dossier.code]


def test_a_dossier_of_others_does_not_exist(world, outsider):
    dossier = world.receive()
    for address in (
        f"dossiers/{dossier.code}/",
        f"dossiers/{dossier.uuid}/",
        f"dossiers/{dossier.code}/receipt.pdf",
    ):
        refused(outsider.get(address), 404, "not_found")


@pytest.mark.parametrize(
    "ref", ["H41.101-261109-0999", "nothing", "00000000-0000-0000-0000-000000000000", "%00", "a/b"]
)
def test_a_dossier_that_is_not_there_is_not_found(world, clerk, ref):
    refused(clerk.get(f"dossiers/{ref}/"), 404, "not_found")


def test_filters_ask_the_facts(world, clerk, clock):
    other = make_procedure("1.000003", "Thủ tục khác", amount=10)
    first = world.processing()
    clock.move_to("2026-11-10 09:00")
    second = world.receive(other, channel="post")
    clock.move_to("2026-11-13 09:00")  # the first was due yesterday
    third = world.supplement()
    assert found(clerk) == [third.code, second.code, first.code]
    assert found(clerk, state="processing") == [first.code]
    assert found(clerk, state=["processing", "received"]) == [second.code, first.code]
    assert found(clerk, procedure="1.000003") == [second.code]
    assert found(clerk, channel="post") == [second.code]
    assert found(clerk, field="Hộ tịch") == [third.code, second.code, first.code]
    assert found(clerk, field="Đất đai") == []
    assert found(clerk, overdue="true") == [first.code]
    assert found(clerk, overdue="false") == [third.code, second.code]
    assert found(clerk, due_before="2026-11-12T17:00:00+07:00") == [first.code]
    assert found(clerk, due_after="2026-11-20T00:00:00+07:00") == [second.code]
    assert found(clerk, agency="H41.101") == [third.code, second.code, first.code]
    assert found(clerk, agency="H41.12") == []
    assert found(client_of(world.auditor), agency="H41") == [third.code, second.code, first.code]


@pytest.mark.parametrize(
    "text", ["nguyen thi vi du", "H41.101-261109", "040000000001", "VÍ DỤ h41.101", "0900000001"]
)
def test_search_finds_without_accents(world, clerk, text):
    dossier = world.receive()
    answer = clerk.post("dossiers/search/", {"q": text})
    assert [row["code"] for row in answer.json()["results"]] == [dossier.code]


def test_an_address_looks_for_codes_and_for_no_person(world, clerk):
    """Addresses are kept in logs and histories."""
    dossier = world.receive()
    assert found(clerk, q="h41.101-2611") == [dossier.code]
    for person in ("nguyen thi vi du", "040000000001", "0900000001"):
        problem = refused(clerk.get("dossiers/", {"q": person}), 400, "malformed")
        assert "POST /dossiers/search/" in problem["detail"]


def test_a_search_is_filtered_and_read_page_by_page(world, clerk, clock):
    world.receive()
    clock.move_to("2026-11-09 10:00")
    second = world.receive()
    page = clerk.post("dossiers/search/?state=received&limit=1", {"q": "vi du"}).json()
    assert [row["code"] for row in page["results"]] == [second.code]
    rest = clerk.post(page["next"].removeprefix("http://testserver"), {"q": "vi du"}).json()
    assert (len(rest["results"]), rest["next"]) == (1, None)
    assert "vi" not in page["next"].lower().replace("v1", "")
    assert clerk.post("dossiers/search/?state=paid", {"q": "vi du"}).json()["results"] == []


def test_a_search_finds_nothing_of_others(world, outsider):
    world.receive()
    assert outsider.post("dossiers/search/", {"q": "vi du"}).json()["results"] == []


@pytest.mark.parametrize(
    "body", [{}, {"q": ""}, {"q": "x" * 201}, {"q": ["x"]}, {"name": "x"}, {"q": "a\x00"}]
)
def test_a_search_for_nothing_is_refused(world, clerk, body):
    refused(clerk.post("dossiers/search/", body), 400, "malformed")


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"state": "lost"}, "state"),
        ({"due_before": "soon"}, "due_before"),
        ({"agency": "H99"}, "agency"),
        ({"q": "a\x00"}, "q"),
        ({"limit": 0}, "limit"),
        ({"limit": "9" * 30}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "WzEsMl0="}, "cursor"),
        ({"stat": "received"}, "stat"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(world, clerk, filters, field):
    problem = refused(clerk.get("dossiers/", filters), 400, "malformed")
    assert [error["field"] for error in problem["errors"]] == [field]


def test_pages_follow_each_other_without_gap_and_repetition(world, clerk):
    """All filed in the same minute: the id decides."""
    expected = [world.receive().code for _ in range(7)][::-1]
    page, read = clerk.get("dossiers/", {"limit": 3}).json(), []
    read.append([row["code"] for row in page["results"]])
    while page["next"]:
        page = clerk.get(page["next"].removeprefix("http://testserver")).json()
        read.append([row["code"] for row in page["results"]])
    assert read == [expected[:3], expected[3:6], expected[6:]]


def test_new_dossiers_do_not_shift_the_next_page(world, clerk):
    old = [world.receive().code for _ in range(3)]
    page = clerk.get("dossiers/", {"limit": 2}).json()
    world.receive()
    following = clerk.get(page["next"].removeprefix("http://testserver")).json()
    assert [row["code"] for row in following["results"]] == [old[0]]


def test_a_page_keeps_its_filters(world, clerk):
    for _ in range(3):
        world.receive()
        world.receive(channel="post")
    page = clerk.get("dossiers/", {"limit": 2, "channel": "post"}).json()
    following = clerk.get(page["next"].removeprefix("http://testserver")).json()
    assert [row["channel"] for row in page["results"] + following["results"]] == ["post"] * 3


@pytest.mark.parametrize("path", ["dossiers/", "overdue/", "letters/"])
def test_a_list_costs_the_same_with_one_row_and_with_three(world, head, clock, path):
    def overdue_dossier():
        clock.move_to("2026-11-09 09:00")
        dossier = world.processing()
        clock.move_to("2026-11-13 09:00")
        services.draft_apology(dossier)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert head.get(path).status_code == 200
        return len(queries)

    overdue_dossier()
    head.get(path)
    one = cost()
    overdue_dossier()
    overdue_dossier()
    assert len(head.get(path).json()["results"]) == 3
    assert cost() == one


def test_a_page_costs_the_same_for_a_short_and_a_long_life(world, clerk):
    short, long = world.digitized(), world.returned()

    def cost(dossier) -> int:
        with CaptureQueriesContext(connection) as queries:
            clerk.get(f"dossiers/{dossier.code}/")
        return len(queries)

    cost(short)  # this client is one instance of a person, whose agencies are asked once
    assert cost(long) == cost(short)


def test_the_page_of_a_dossier_has_everything(world, clerk):
    dossier = world.returned(world.free)
    page = clerk.get(f"dossiers/{dossier.code}/").json()
    assert page["applicant"]["id_number"] == "040000000001"
    assert [document["source"] for document in page["documents"]] == ["scan", "result"]
    assert [step["name"] for step in page["steps"]] == ["Tiếp nhận", "Thẩm định", "Trả kết quả"]
    assert [entry["event"] for entry in page["events"]][-1] == "returned"
    assert page["result"]["number"] == "12/KQ"
    assert page["components"][0]["files"] == 1


def test_the_receipt_is_a_pdf_with_the_secret(world, clerk):
    dossier = world.receive()
    answer = clerk.get(f"dossiers/{dossier.code}/receipt.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "private, no-store"
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert dossier.code in text and lookup.secret_of(dossier) in text


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_the_receipt_is_for_the_people_of_the_desk_alone(world, role):
    """It carries the owner's secret. Who does not even see the dossier finds nothing."""
    dossier = world.receive()
    person = make_person("ai-do", world.ward, role, is_head=True)
    answer = client_of(person).get(f"dossiers/{dossier.code}/receipt.pdf")
    if role in DESK_ROLES:
        assert answer.content[:5] == b"%PDF-"
    elif role in {Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR}:
        problem = refused(answer, 403, "not_permitted")
        assert problem["detail"] == "Receipts are printed after reception, at the desk that received."
    else:
        refused(answer, 404, "not_found")


def test_the_receipt_is_for_the_desk_that_received(world, clerk):
    """Not for the clerk of the ward that decides what the centre received, nor for a superuser."""
    dossier = world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    superuser = make_person("toan-quyen", None, "", is_superuser=True)
    for client in (clerk, client_of(superuser)):
        refused(client.get(f"dossiers/{dossier.code}/receipt.pdf"), 403, "not_permitted")
    answer = client_of(world.centre_clerk).get(f"dossiers/{dossier.code}/receipt.pdf")
    assert answer.status_code == 200


def test_a_filing_has_no_receipt(world, clerk):
    refused(clerk.get(f"dossiers/{world.submit().uuid}/receipt.pdf"), 404, "not_found")


def test_a_filing_shows_no_promise(world, clerk):
    page = clerk.get(f"dossiers/{world.submit().uuid}/").json()
    assert (page["code"], page["due_at"], page["letters"]) == (None, None, [])


def test_what_is_overdue_comes_first_in_first(world, supervisor, clock):
    first = world.processing()
    clock.move_to("2026-11-10 09:00")
    second = world.receive()
    clock.move_to("2026-11-16 09:00")
    services.draft_apology(Dossier.objects.get(pk=first.pk))
    services.flag_overdue()
    rows = supervisor.get("overdue/").json()["results"]
    assert [(r["code"], r["working_days_left"], r["apology"]) for r in rows] == [
        (first.code, -2, "draft"),
        (second.code, -1, None),
    ]
    assert rows[0]["overdue_flagged_at"] == "2026-11-16T09:00:00+07:00"
    assert rows[0]["holder"]["username"] == "thu-ly"


def test_a_rescheduled_dossier_is_not_overdue(world, supervisor, clock):
    dossier = world.processing()
    services.issue_apology(dossier, by=world.head, reason="x", new_due_at=local("2026-11-20 17:00"))
    clock.move_to("2026-11-16 09:00")
    assert supervisor.get("overdue/").json() == {"next": None, "results": []}


def test_overdue_dossiers_of_others_are_not_listed(world, outsider, clock):
    world.processing()
    clock.move_to("2026-11-16 09:00")
    assert outsider.get("overdue/").json()["results"] == []


def test_me_says_who_asks(world, head):
    assert head.get("me/").json() == {
        "username": "chu-tich",
        "name": "Trần Văn Lãnh Đạo",
        "role": "supervisor",
        "is_head": True,
        "agency": {"identifier": "H41.101", "name": "UBND phường Thử Nghiệm"},
        "token": None,
    }
