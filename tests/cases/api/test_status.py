"""The public look-up: two facts for everybody, the own dossier with the secret (R40, T22)."""

import hmac

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import lookup, services
from cases.models import Dossier
from procedures.models import CalendarDay
from tests.cases.api.conftest import refused
from tests.cast import local


def secret(dossier) -> dict:
    return {"X-Lookup-Secret": lookup.secret_of(dossier)}


def own(client, dossier) -> dict:
    response = client.get(f"status/{dossier.code}/", headers=secret(dossier))
    assert response.status_code == 200
    return response.json()


def test_without_secret_only_code_and_end_are_told(world, anybody):
    dossier = world.processing()
    assert anybody.get(f"status/{dossier.code}/").json() == {"code": dossier.code, "finished": False}


def test_with_a_result_the_dossier_is_finished(world, anybody):
    dossier = world.with_result()
    assert anybody.get(f"status/{dossier.code}/").json() == {"code": dossier.code, "finished": True}


@pytest.mark.parametrize("typed", ["h41.101-261109-0001", "%20H41.101-261109-0001%20"])
def test_a_code_is_found_in_any_case_and_with_blanks_around(world, anybody, typed):
    world.receive()
    assert anybody.get(f"status/{typed}/").json() == {"code": "H41.101-261109-0001", "finished": False}


@pytest.mark.parametrize(
    "code", ["H41.101-261109-0002", "H41.101-261399-0001", "nothing", "%00", "a" * 300, "hồ sơ"]
)
def test_an_unknown_code_is_not_found(world, anybody, code):
    world.receive()
    refused(anybody.get(f"status/{code}/"), 404, "not_found")


def test_unknown_code_and_wrong_secret_answer_alike(world, anybody):
    dossier = world.processing()
    wrong = {"X-Lookup-Secret": "00000-00000"}
    known = anybody.get(f"status/{dossier.code}/", headers=wrong)
    unknown = anybody.get("status/H41.101-261109-0999/", headers=wrong)
    refused(known, 404, "not_found")
    assert known.content == unknown.content
    assert known.headers == unknown.headers


def test_unknown_code_and_wrong_secret_do_the_same_work(world, anybody, monkeypatch):
    dossier = world.processing()
    compared = []
    monkeypatch.setattr(
        hmac, "compare_digest", lambda a, b, real=hmac.compare_digest: compared.append(1) or real(a, b)
    )

    def work(code: str, given: str) -> tuple[list[str], int]:
        compared.clear()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            anybody.get(f"status/{code}/", headers={"X-Lookup-Secret": given})
        return [query["sql"].replace(code, "CODE") for query in queries], len(compared)

    known = work(dossier.code, "00000-00000")
    assert known == work("H41.101-261109-0999", "00000-00000")
    assert len(known[0]) == 1 and known[1] == 1


def test_the_secret_of_another_dossier_opens_nothing(world, anybody):
    first, second = world.receive(), world.receive()
    refused(anybody.get(f"status/{first.code}/", headers=secret(second)), 404, "not_found")


def test_a_new_turn_makes_the_old_secret_useless(world, anybody):
    dossier = world.receive()
    old = secret(dossier)
    Dossier.objects.filter(pk=dossier.pk).update(secret_turn=2)
    refused(anybody.get(f"status/{dossier.code}/", headers=old), 404, "not_found")


def test_the_secret_is_read_as_people_write_it(world, anybody):
    dossier = world.receive()
    typed = lookup.secret_of(dossier).lower().replace("-", " ").replace("0", "o").replace("1", "l")
    answer = anybody.get(f"status/{dossier.code}/", headers={"X-Lookup-Secret": typed})
    assert answer.json()["state"] == "received"


def test_a_secret_in_the_address_is_refused(world, anybody):
    """It would stay in logs and histories."""
    dossier = world.receive()
    answer = anybody.get(f"status/{dossier.code}/?secret={lookup.secret_of(dossier)}")
    refused(answer, 400, "malformed")


def test_answers_are_kept_nowhere(world, anybody):
    dossier = world.receive()
    answer = anybody.get(f"status/{dossier.code}/", headers=secret(dossier))
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Robots-Tag"] == "noindex"


def test_the_owner_sees_where_the_dossier_lies_and_when_it_is_due(world, anybody):
    dossier = world.processing()
    view = own(anybody, dossier)
    assert view["state"] == "processing"
    assert view["state_label"] == "In process"
    assert view["sentence"] == "Your dossier is being worked on."
    assert view["procedure"] == {"code": "1.000001", "name": "Thủ tục không thu phí (EN)"}
    assert view["applicant"] == "Nguyễn Thị Ví Dụ"
    assert view["unit"] == {"identifier": "H41.101", "name": "UBND phường Thử Nghiệm"}
    assert view["since"] == "2026-11-09T09:00:00+07:00"
    assert view["handled_by"] == "Phạm Văn Thụ Lý"
    assert view["working_days_left"] == 3
    assert view["promise"]["due_at"] == "2026-11-12T17:00:00+07:00"
    assert view["promise"]["first_due_at"] == "2026-11-12T17:00:00+07:00"
    assert view["promise"]["proof_holds"] is True
    assert view["awaited"]["of"] == "agency"
    assert view["awaited"]["who"] == "UBND phường Thử Nghiệm"
    assert [step["name"] for step in view["steps"]] == ["Tiếp nhận", "Thẩm định"]
    assert [entry["sentence"] for entry in view["history"]] == [
        "Received; the result is due at 12/11/2026 17:00.",
        "Digitized and handed over to UBND phường Thử Nghiệm.",
        "Taken over by Phạm Văn Thụ Lý.",
    ]
    assert view["fees"] == {
        "lines": [],
        "waivers": [],
        "payments": [],
        "total": 0,
        "waived": 0,
        "paid": 0,
        "owed": 0,
    }
    assert view["result"] is None and view["ready"] is False


def test_the_owner_sees_each_day_of_the_proof(world, anybody, clock):
    clock.move_to("2026-11-20 09:00")  # a Friday; Tuesday the 24th is off
    days = own(anybody, world.receive())["promise"]["days"]
    assert [(day["date"], day["ordinal"], day["reason"]) for day in days] == [
        ("2026-11-20", None, "reception"),
        ("2026-11-21", None, "weekend"),
        ("2026-11-22", None, "weekend"),
        ("2026-11-23", 1, "counted"),
        ("2026-11-24", None, "day_off"),
        ("2026-11-25", 2, "counted"),
        ("2026-11-26", 3, "counted"),
    ]
    assert days[4]["day_name"] == "Vietnam Culture Day"
    assert days[3]["reason_label"] == "working day"


def test_the_owner_sees_what_is_awaited_from_whom(world, anybody):
    dossier = world.supplement()
    view = own(anybody, dossier)
    assert view["awaited"] == {
        "of": "applicant",
        "who": "You (the applicant)",
        "what": "Bring what is missing: Thiếu chữ ký",
        "items": ["Tờ khai có chữ ký"],
        "amount": None,
        "until": "2026-12-01T17:00:00+07:00",
    }
    assert view["working_days_left"] is None  # the clock stands
    assert view["supplements"] == [
        {
            "asked_at": "2026-11-09T09:00:00+07:00",
            "reason": "Thiếu chữ ký",
            "items": ["Tờ khai có chữ ký"],
            "before_reception": False,
            "answered_at": None,
        }
    ]


def test_the_owner_sees_fees_that_are_owed(world, anybody):
    dossier = world.with_result(world.paid)
    view = own(anybody, dossier)
    assert [(line["name"], line["amount"]) for line in view["fees"]["lines"]] == [("Lệ phí", 15000)]
    assert view["fees"]["owed"] == 15000
    assert view["awaited"]["amount"] == 15000
    assert view["ready"] is False
    assert view["sentence"] == "Your result is there. Fees are still owed before it can be handed over."


def test_the_owner_sees_that_the_result_is_ready(world, anybody):
    view = own(anybody, world.with_result())
    assert view["ready"] is True
    assert view["result"]["kind"] == "granted"
    assert view["awaited"]["what"].startswith("Collect the result at UBND phường Thử Nghiệm")


def test_the_owner_sees_both_dates_of_a_rescheduled_dossier(world, anybody, clock):
    dossier = world.processing()
    services.issue_apology(
        dossier, by=world.head, reason="Chờ xác minh", new_due_at=local("2026-11-17 17:00")
    )
    view = own(anybody, dossier)
    assert view["promise"]["first_due_at"] == "2026-11-12T17:00:00+07:00"
    assert view["promise"]["due_at"] == "2026-11-17T17:00:00+07:00"
    assert view["promise"]["counted_due_at"] == "2026-11-12T17:00:00+07:00"
    assert view["promise"]["proof_holds"] is True
    assert [(move["letter_number"], move["reason"]) for move in view["reschedules"]] == [
        ("01/PXL", "Chờ xác minh")
    ]


def test_drafts_of_letters_are_not_for_the_owner(world, anybody):
    dossier = world.processing()
    services.draft_apology(dossier)
    assert "apology_drafted" not in [entry["event"] for entry in own(anybody, dossier)["history"]]


def test_a_stopped_dossier_lies_nowhere(world, anybody):
    dossier = services.withdraw(world.processing(), by=world.clerk, reason="Đổi ý")
    view = own(anybody, dossier)
    assert (view["state"], view["finished"], view["unit"], view["awaited"]) == ("stopped", True, None, None)


def test_a_promise_that_the_calendar_overtook_says_so(world, anybody):
    dossier = world.processing()
    CalendarDay.objects.create(date="2026-11-11", kind="other", name_vi="Nghỉ đột xuất")
    promise = own(anybody, dossier)["promise"]
    assert promise["due_at"] == "2026-11-12T17:00:00+07:00"  # a promise moves by its own procedure only
    assert promise["proof_holds"] is False


def test_the_owners_view_asks_a_constant_number_of_queries(world, anybody):
    short, long = world.receive(), world.supplement()
    services.resume(long, by=world.clerk)

    def queries(dossier) -> int:
        with CaptureQueriesContext(connection) as asked:
            own(anybody, dossier)
        return len(asked)

    assert queries(long) == queries(short)


def test_credentials_that_are_wrong_do_not_matter_here(world, anybody):
    dossier = world.receive()
    answer = anybody.get(f"status/{dossier.code}/", headers={"Authorization": "Bearer 0123abcd"})
    assert answer.status_code == 200
