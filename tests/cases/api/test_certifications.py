"""POST and GET /certifications/: done at once, and the registers' lines."""

import pytest

from cases.models import RegisterEntry
from tests.cases.api.conftest import client_of
from tests.cases.certifying import COPIES, SIGNATURES, certify, counter
from tests.cases.helpers import everything, fresh

__all__ = ["counter"]

BODY = {
    "procedure": COPIES,
    "desk": "H41.101",
    "applicant": {"full_name": "Nguyễn Thị Ví Dụ", "id_number": "040000000001"},
    "paper": "Giấy khai sinh",
    "pages": 4,
    "copies": 2,
    "signer": "Trần Văn Lãnh Đạo",
}


def send(world, *, by=None, key="k1", **changes):
    body = {name: value for name, value in {**BODY, **changes}.items() if value is not None}
    return client_of(by or world.clerk).post("certifications/", body, key=key)


def test_a_certification_is_answered_with_its_line(counter):
    answer = send(counter)
    entry = RegisterEntry.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": entry.pk,
        "agency": "H41.101",
        "register": "copies",
        "year": 2026,
        "number": 1,
        "book": "01/2026-SCT/BS",
        "dossier": "H41.101-261109-0001",
        "at": "2026-11-09T09:00:00+07:00",
        "person": "Nguyễn Thị Ví Dụ",
        "paper": "Giấy khai sinh",
        "pages": 4,
        "copies": 2,
        "signer": "Trần Văn Lãnh Đạo",
        "amount": 12_000,
    }
    assert fresh(entry.dossier).state == "returned"


def test_pages_copies_and_the_way_of_paying_may_be_left_out(counter):
    answer = send(counter, pages=None, copies=None)
    assert (answer.json()["amount"], answer.json()["pages"]) == (2_000, 1)


def test_a_repeated_request_makes_one_entry(counter):
    first, second = send(counter), send(counter)
    assert (first.json(), second.headers["Idempotency-Replayed"]) == (second.json(), "true")
    assert RegisterEntry.objects.count() == 1
    assert send(counter, copies=3).json()["code"] == "idempotency_key_reused"


def test_the_key_is_required(counter):
    answer = send(counter, key=None)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"paper": " "}, 422),
        ({"pages": 0}, 422),
        ({"copies": 10**40}, 422),
        ({"copies": "many"}, 400),
        ({"signer": "x" * 151}, 400),
        ({"procedure": "1.000001"}, 422),
        ({"procedure": "9.999999"}, 400),
        ({"desk": "H41.102"}, 403),
        ({"method": "shells"}, 400),
        ({"surprise": 1}, 400),
        ({"applicant": {"full_name": ""}}, 400),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(counter, change, status):
    before = everything()
    answer = send(counter, **change)
    assert (answer.status_code, bool(answer.json()["detail"])) == (status, True)
    assert everything() == before


def test_nobody_but_clerks_who_decide_at_the_counter_certifies(counter):
    for person in (counter.officer, counter.head, counter.auditor, counter.outsider_clerk):
        assert send(counter, by=person).status_code == 403
    assert client_of().post("certifications/", BODY, key="k").status_code == 401


def test_lines_are_listed_newest_first_with_filters(counter):
    certify(counter)
    certify(counter, SIGNATURES)
    certify(counter)

    def listed(person, query=""):
        rows = client_of(person).get(f"certifications/{query}").json()["results"]
        return [(row["register"], row["number"]) for row in rows]

    assert listed(counter.clerk) == [("copies", 2), ("signatures", 1), ("copies", 1)]
    assert listed(counter.auditor, "?register=copies&year=2026") == [("copies", 2), ("copies", 1)]
    assert listed(counter.auditor, "?agency=H41.102") == []
    assert listed(counter.auditor, "?year=2025") == []
    assert listed(counter.outsider_clerk) == listed(counter.officer) == []


def test_lines_come_page_by_page(counter):
    for _ in range(3):
        certify(counter)
    client = client_of(counter.clerk)
    page = client.get("certifications/?limit=2").json()
    rest = client.get(page["next"].removeprefix("http://testserver")).json()
    assert [row["number"] for row in page["results"] + rest["results"]] == [3, 2, 1]
    assert rest["next"] is None


@pytest.mark.parametrize("query", ["?register=none", "?year=x", "?agency=H99", "?cursor=x", "?unknown=1"])
def test_a_wrong_parameter_is_refused(counter, query):
    assert client_of(counter.clerk).get(f"certifications/{query}").status_code == 400
