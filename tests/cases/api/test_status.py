"""The public look-up: two facts for everybody, the own dossier with the secret (R40, T22)."""

import hmac
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from cases import lookup, services
from cases.models import Dossier
from cases.vietqr import transfer_payload
from procedures.models import Agency, CalendarDay
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


WRONG = [
    {"X-Lookup-Secret": "00000-00000"},
    {"X-Lookup-Id-End": "999999", "X-Lookup-Phone-End": "9999"},
]


@pytest.mark.parametrize("wrong", WRONG, ids=["secret", "person"])
def test_unknown_code_and_wrong_proof_answer_alike(world, anybody, wrong):
    dossier = world.processing()
    nameless = world.receive(applicant=replace(world.applicant, id_number="", phone=""))
    unknown = anybody.get("status/H41.101-261109-0999/", headers=wrong)
    for code in (dossier.code, nameless.code):
        known = anybody.get(f"status/{code}/", headers=wrong)
        refused(known, 404, "not_found")
        assert known.content == unknown.content
        own_number = {"X-Request-ID"}  # of every request
        assert {k: v for k, v in known.headers.items() if k not in own_number} == {
            k: v for k, v in unknown.headers.items() if k not in own_number
        }


@pytest.mark.parametrize(("wrong", "comparisons"), [(WRONG[0], 1), (WRONG[1], 2)], ids=["secret", "person"])
def test_unknown_code_and_wrong_proof_do_the_same_work(world, anybody, monkeypatch, wrong, comparisons):
    dossier = world.processing()
    nameless = world.receive(applicant=replace(world.applicant, id_number="", phone=""))
    compared = []
    monkeypatch.setattr(
        hmac, "compare_digest", lambda a, b, real=hmac.compare_digest: compared.append(len(b)) or real(a, b)
    )

    def work(code: str) -> tuple[list[str], list[int]]:
        compared.clear()
        with CaptureQueriesContext(connection) as queries:
            anybody.get(f"status/{code}/", headers=wrong)
        return [query["sql"].replace(code, "CODE") for query in queries], [*compared]

    unknown = work("H41.101-261109-0999")
    assert work(dossier.code) == work(nameless.code) == unknown
    assert len(unknown[0]) == 1 and len(unknown[1]) == comparisons


def test_the_ends_of_id_number_and_phone_open_the_own_dossier(world, anybody):
    dossier = world.processing()
    ends = {"X-Lookup-Id-End": "000001", "X-Lookup-Phone-End": "0001"}
    assert anybody.get(f"status/{dossier.code}/", headers=ends).json() == own(anybody, dossier)


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


# --- What goes with it ------------------------------------------------------------------------


def path_of(address: str) -> str:
    return address.removeprefix("http://127.0.0.1:8000")


def test_the_owner_gets_the_issued_apology_as_pdf(world, anybody):
    dossier = world.processing()
    services.issue_apology(
        dossier, by=world.head, reason="Chờ xác minh", new_due_at=local("2026-11-17 17:00")
    )
    (letter,) = own(anybody, dossier)["letters"]
    assert (letter["kind"], letter["number"]) == ("apology", "01/PXL")
    answer = anybody.get(path_of(letter["pdf"]), headers=secret(dossier))
    assert answer.content.startswith(b"%PDF-")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "private, no-store")


def test_drafts_are_not_among_the_letters(world, anybody):
    dossier = world.processing()
    letter, _new = services.draft_apology(dossier)
    assert own(anybody, dossier)["letters"] == []
    answer = anybody.get(f"status/{dossier.code}/letters/{letter.pk}.pdf", headers=secret(dossier))
    refused(answer, 404, "not_found")


def test_letters_and_appointment_need_the_proof_of_their_own_dossier(world, anybody):
    dossier, other = world.processing(), world.processing()
    services.issue_apology(
        dossier, by=world.head, reason="Chờ xác minh", new_due_at=local("2026-11-17 17:00")
    )
    pk = own(anybody, dossier)["letters"][0]["pdf"].rpartition("/")[2]
    for path in (f"status/{dossier.code}/letters/{pk}", f"status/{dossier.code}/appointment.ics"):
        for headers in ({}, secret(other), WRONG[1]):
            refused(anybody.get(path, headers=headers), 404, "not_found")
    refused(anybody.get(f"status/{other.code}/letters/{pk}", headers=secret(other)), 404, "not_found")


def test_the_appointment_is_an_icalendar_file_that_names_nobody(world, anybody):
    dossier = world.processing()
    link = own(anybody, dossier)["links"]["appointment"]
    answer = anybody.get(path_of(link), headers=secret(dossier))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event.decoded("dtstart") == local("2026-11-12 17:00")
    assert event["uid"] == f"{dossier.code}@127.0.0.1:8000"
    assert event["summary"] == f"Result of dossier {dossier.code}"
    assert "The desk is open on working days: 07:30–11:30, 13:00–17:00." in event["description"]
    assert event["location"] == "UBND phường Thử Nghiệm"
    assert event["sequence"] == 0
    assert event.walk("VALARM")[0].decoded("trigger") == timedelta(days=-1)
    assert "Nguyễn" not in answer.content.decode() and "040000000001" not in answer.content.decode()


def test_a_new_date_replaces_the_appointment(world, anybody):
    dossier = world.processing()
    services.issue_apology(
        dossier, by=world.head, reason="Chờ xác minh", new_due_at=local("2026-11-17 17:00")
    )
    answer = anybody.get(f"status/{dossier.code}/appointment.ics", headers=secret(dossier))
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert (event.decoded("dtstart"), event["sequence"]) == (local("2026-11-17 17:00"), 1)


@pytest.mark.parametrize("state", ["supplement", "paid", "returned", "stopped"])
def test_without_a_running_clock_there_is_no_appointment(world, anybody, state):
    dossier = world.in_state(state)
    assert own(anybody, dossier)["links"]["appointment"] is None
    answer = anybody.get(f"status/{dossier.code}/appointment.ics", headers=secret(dossier))
    refused(answer, 404, "not_found")


def test_what_is_owed_can_be_paid_by_transfer(world, anybody):
    Agency.objects.filter(pk=world.ward.pk).update(
        bank_bin="970403", bank_account="0011012345678", bank_account_name="UBND PHUONG THU NGHIEM"
    )
    dossier = world.receive(world.paid)
    transfer = own(anybody, dossier)["transfer"]
    assert (transfer["amount"], transfer["account"]) == (15000, "0011012345678")
    assert transfer["vietqr"] == transfer_payload("970403", "0011012345678", 15000, dossier.code)
    assert own(anybody, world.receive())["transfer"] is None


def test_the_owner_reads_where_and_with_what_to_collect(world, anybody):
    collection = own(anybody, world.with_result(world.paid))["collection"]
    assert collection["appointment"] is None
    assert collection["place"]["name"] == "UBND phường Thử Nghiệm"
    assert collection["opening"] == {"weekdays": "07:30–11:30, 13:00–17:00", "saturday": ""}
    assert collection["bring"] == [
        "The receipt of this dossier, or else your identity paper.",
        "Somebody who comes for you: the receipt, the paper that authorises, and an identity paper.",
        "What is still to pay, unless you have transferred it.",
    ]
    assert own(anybody, world.receive(return_channel="post"))["collection"]["bring"] == []
    assert own(anybody, world.returned())["collection"] is None


def test_the_owner_sees_when_the_clock_stood(world, anybody, clock):
    dossier = world.supplement()
    assert [(p["first"], p["last"]) for p in own(anybody, dossier)["pauses"]] == [
        ("2026-11-09T09:00:00+07:00", None)
    ]
    clock.move_to("2026-11-11 10:00")
    services.resume(dossier, by=world.clerk)
    (pause,) = own(anybody, dossier)["pauses"]
    assert (pause["last"], pause["reason"]) == ("2026-11-11T10:00:00+07:00", "Thiếu chữ ký")
