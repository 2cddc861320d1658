"""Each verb over HTTP: possible, not possible, not permitted, and by somebody from elsewhere."""

import pytest

from cases import services
from cases.enums import FINAL_STATES, State, Verb
from cases.models import Dossier
from tests.cases.api.conftest import client_of, refused
from tests.cast import upload

RESULT = {"number": "12/KQ", "signer": "Trần Văn Lãnh Đạo"}
# verb: (who may, state it starts from, body, state after)
CASES = {
    "receive": ("clerk", "submitted", {}, "received"),
    "refuse": ("clerk", "submitted", {"reason": "Không thuộc thẩm quyền"}, "refused"),
    "ask_to_complete": ("clerk", "submitted", {"reason": "Thiếu", "items": ["Tờ khai"]}, "submitted"),
    "digitize": ("clerk", "scanned", {}, "digitized"),
    "start": ("officer", "digitized", {}, "processing"),
    "hand_over": ("officer", "processing", {"to": "giam-sat", "note": "Trình ký"}, "processing"),
    "assign": ("supervisor", "processing", {"to": "thu-ly-2", "note": "Đổi người"}, "processing"),
    "undo": ("officer", "processing", {"reason": "Bấm nhầm"}, "digitized"),
    "request_supplement": (
        "officer",
        "processing",
        {"reason": "Thiếu chữ ký", "items": ["Tờ khai có chữ ký"]},
        "supplement",
    ),
    "resume": ("clerk", "supplement", {}, "processing"),
    "record_result": ("officer", "processing", RESULT, "paid"),
    "return_result": ("clerk", "paid", {"collector": "Nguyễn Thị Ví Dụ", "proof": "receipt"}, "returned"),
    "withdraw": ("clerk", "received", {"reason": "Đổi ý"}, "stopped"),
    "reschedule": (
        "head",
        "processing",
        {"reason": "Chờ xác minh", "new_due_at": "2026-11-17T17:00:00+07:00"},
        "processing",
    ),
    "extend": ("officer", "extendable", {"reason": "Cần xác minh"}, "processing"),
    "exclude_period": (
        "officer",
        "extendable",
        {"name": "Niêm yết", "first": "2026-11-10", "last": "2026-11-11"},
        "processing",
    ),
    "consult": (
        "officer",
        "processing",
        {"agency": "H41.102", "question": "Xác minh nơi cư trú", "working_hours": 16},
        "processing",
    ),
    "clarify": (
        "officer",
        "processing",
        {"question": "Nơi ở hiện nay?", "ground": "Luật X, Điều Y"},
        "processing",
    ),
}


def bring_to(world, state: str) -> Dossier:
    if state == "scanned":
        dossier = world.receive()
        world.scan(dossier)
        return dossier
    if state == "extendable":
        world.free.versions.update(
            extension_mode="add",
            extension_amount=3,
            extension_unit="working_day",
            excluded_periods=[{"name_vi": "Niêm yết", "name_en": "Posting"}],
        )
        return world.processing()
    return world.in_state(state)


def run(client, dossier, verb: str, body: dict):
    path = f"dossiers/{dossier.uuid}/{verb}/"
    if verb == "record_result":
        return client.post(path, {**body, "file": upload()}, format="multipart")
    return client.post(path, body)


@pytest.mark.parametrize("verb", CASES)
def test_a_verb_answers_with_the_dossier_as_it_is_then(world, verb):
    who, start, body, after = CASES[verb]
    dossier = bring_to(world, start)
    answer = run(client_of(getattr(world, who)), dossier, verb, body)
    assert answer.status_code == 200, answer.content
    assert (answer.json()["uuid"], answer.json()["state"]) == (str(dossier.uuid), after)


@pytest.mark.parametrize("verb", CASES)
def test_a_verb_in_the_wrong_state_is_a_conflict(world, verb):
    who, _start, body, _after = CASES[verb]
    dossier = world.in_state(State.RETURNED)
    events = dossier.events.count()
    problem = refused(run(client_of(getattr(world, who)), dossier, verb, body), 409, "not_possible_now")
    assert "Returned" in problem["detail"]
    assert dossier.events.count() == events


@pytest.mark.parametrize("verb", CASES)
def test_a_verb_without_the_right_is_forbidden(world, verb):
    _who, start, body, _after = CASES[verb]
    dossier = bring_to(world, start)
    refused(
        run(client_of(world.auditor), dossier, verb, body),
        403,
        "signature_missing" if verb == "reschedule" else "not_permitted",
    )
    assert Dossier.objects.get().state == dossier.state


@pytest.mark.parametrize("verb", CASES)
def test_to_an_outsider_the_dossier_does_not_exist(world, verb):
    _who, start, body, _after = CASES[verb]
    dossier = bring_to(world, start)
    for person in (world.outsider_clerk, world.outsider_officer, world.outsider_head):
        refused(run(client_of(person), dossier, verb, body), 404, "not_found")


def test_every_verb_has_an_address(world, clerk):
    """`submit` is `POST filings/`."""
    from cases.api.views.verbs import VERBS

    others = {"complete_filing", "receive_correction", "report_loss"}
    assert {act.name for act in VERBS} == set(Verb) - {Verb.SUBMIT} | others


def test_a_dossier_is_found_by_its_code_as_well(world, clerk):
    dossier = world.receive()
    answer = clerk.post(f"dossiers/{dossier.code.lower()}/withdraw/", {"reason": "Đổi ý"})
    assert answer.json()["state"] == "stopped"


def test_an_empty_body_is_enough_where_nothing_is_to_be_said(world, officer):
    dossier = world.digitized()
    answer = officer.generic("POST", f"dossiers/{dossier.code}/start/")
    assert answer.json()["state"] == "processing"


def test_an_unknown_field_of_a_verb_is_refused(world, officer):
    problem = refused(
        officer.post(f"dossiers/{world.digitized().code}/start/", {"state": "paid"}), 400, "malformed"
    )
    assert problem["errors"] == [
        {"field": "state", "code": "unknown_field", "detail": "This field is not known here."}
    ]


@pytest.mark.parametrize("amount", [0, 14_999, 15_001, -15_000])
def test_a_wrong_amount_is_refused(world, clerk, amount):
    dossier = world.receive(world.paid)
    problem = refused(clerk.post(f"dossiers/{dossier.code}/pay/", {"amount": amount}), 422, "wrong_amount")
    assert "is not what is owed: 15.000 đ." in problem["detail"]
    assert not dossier.payments.exists()


@pytest.mark.parametrize("amount", ["much", 1.5, None, 10**20])
def test_an_amount_that_is_no_whole_number_is_refused(world, clerk, amount):
    dossier = world.receive(world.paid)
    refused(clerk.post(f"dossiers/{dossier.code}/pay/", {"amount": amount}), 400, "malformed")


def test_the_fee_that_is_owed_is_taken(world, clerk):
    dossier = world.with_result(world.paid)
    answer = clerk.post(f"dossiers/{dossier.code}/pay/", {"amount": 15000, "method": "transfer"}).json()
    assert answer["state"] == "paid"
    assert answer["fees"]["owed"] == 0
    assert [payment["method"] for payment in answer["fees"]["payments"]] == ["transfer"]


def test_a_fee_is_waived_and_what_was_paid_goes_back(world, clerk):
    dossier = world.receive(world.paid)
    path = f"dossiers/{dossier.code}"
    paid = clerk.post(f"{path}/pay/", {"amount": 15000, "method": "cash"}).json()["fees"]
    fee, number = paid["lines"][0]["id"], paid["payments"][0]["receipt_number"]
    body = {"fee": fee, "amount": 5000, "ground": "Hộ nghèo"}
    waived = clerk.post(f"{path}/waive/", body).json()["fees"]
    assert (waived["waived"], waived["owed"]) == (5000, -5000)
    assert waived["waivers"] == [{"fee": fee, "amount": 5000, "ground": "Hộ nghèo"}]
    body = {"payment": number, "amount": 5000, "reason": "Được miễn"}
    answer = clerk.post(f"{path}/refund/", body).json()["fees"]
    assert ([entry["amount"] for entry in answer["payments"]], answer["owed"]) == ([15000, -5000], 0)


def test_a_fee_and_a_payment_of_another_dossier_are_refused(world, clerk):
    dossier, other = world.receive(world.paid), world.receive(world.paid)
    services.pay(dossier, by=world.clerk, amount=15000)
    foreign = services.pay(other, by=world.clerk, amount=15000).receipt_number
    path = f"dossiers/{dossier.code}"
    body = {"fee": other.fees.get().pk, "ground": "Hộ nghèo"}
    refused(clerk.post(f"{path}/waive/", body), 422, "invalid")
    refused(clerk.post(f"{path}/refund/", {"payment": foreign, "reason": "Nhầm"}), 422, "invalid")
    refused(clerk.post(f"{path}/refund/", {"payment": "H99/1", "reason": "Nhầm"}), 400, "malformed")


def test_a_part_payment_says_that_it_is_one(world, clerk):
    path = f"dossiers/{world.receive(world.paid).code}/pay/"
    refused(clerk.post(path, {"amount": 5000}), 422, "wrong_amount")
    answer = clerk.post(path, {"amount": 5000, "part": True, "method": "transfer", "reference": "FT1"})
    assert answer.json()["fees"]["owed"] == 10000


def test_a_result_by_post_has_its_tracking_number(world, clerk):
    dossier = world.with_result(return_channel="post")
    path = f"dossiers/{dossier.code}/return_result/"
    refused(clerk.post(path, {"proof": "post"}), 422, "required")
    result = clerk.post(path, {"proof": "post", "tracking_number": "EK1"}).json()["result"]
    assert (result["tracking_number"], result["acknowledgement"]) == ("EK1", "not_present")


def test_settling_is_refused_while_something_is_owed(world, clerk):
    dossier = world.with_result(world.paid)
    refused(clerk.post(f"dossiers/{dossier.code}/settle/"), 409, "not_possible_now")


def test_a_blank_reason_gets_the_sentence_of_the_rule(world, clerk):
    problem = refused(
        clerk.post(f"dossiers/{world.receive().code}/withdraw/", {"reason": "   "}), 422, "required"
    )
    assert problem["detail"] == "Note why the applicant withdraws."


def test_a_second_supplement_needs_the_head(world, officer):
    dossier = services.resume(world.supplement(), by=world.clerk)
    body = {"reason": "Vẫn thiếu", "items": ["Văn bản ủy quyền"]}
    path = f"dossiers/{dossier.code}/request_supplement/"
    refused(officer.post(path, body), 422, "approval_missing")
    refused(officer.post(path, {**body, "approved_by": world.head.username}), 400, "malformed")
    answer = client_of(world.head).post(path, body)
    assert answer.json()["state"] == "supplement"


def test_handing_over_names_the_next_officer(world, officer):
    dossier = world.processing()
    answer = officer.post(f"dossiers/{dossier.code}/hand_over/", {"to": world.supervisor.username})
    assert answer.json()["holder"] == {"username": "giam-sat", "name": "Vũ Thị Giám Sát"}
    assert [step["punctuality"] for step in answer.json()["steps"]] == ["on_time", "early", None]


def test_stopping_too_early_says_until_when_the_applicant_has_time(world, supervisor, clock):
    dossier = world.supplement()
    path = f"dossiers/{dossier.code}/stop/"
    problem = refused(supervisor.post(path, {"reason": "Không bổ sung"}), 409, "too_early")
    assert "01/12/2026 17:00" in problem["detail"]
    clock.move_to("2026-12-02 08:00")
    assert supervisor.post(path, {"reason": "Không bổ sung"}).json()["state"] == "stopped"


def test_a_second_reschedule_is_refused_with_the_decree(world, head):
    dossier = world.processing()
    path = f"dossiers/{dossier.code}/reschedule/"
    body = {"reason": "Chờ xác minh", "new_due_at": "2026-11-17T17:00:00+07:00"}
    first = head.post(path, body).json()
    assert first["due_at"] == "2026-11-17T17:00:00+07:00"
    assert first["first_due_at"] == "2026-11-12T17:00:00+07:00"
    assert [letter["state"] for letter in first["letters"]] == ["issued"]
    second = refused(
        head.post(path, {**body, "new_due_at": "2026-11-20T17:00:00+07:00"}), 422, "already_rescheduled"
    )
    assert "118/2025" in second["detail"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"reason": "x", "new_due_at": "2026-11-12T17:00:00+07:00"}, "not_later"),
        ({"reason": "", "new_due_at": "2026-11-17T17:00:00+07:00"}, "reason_missing"),
        ({"reason": "x", "new_due_at": "2026-11-15T17:00:00+07:00"}, "not_a_working_day"),
    ],
)
def test_an_apology_that_the_law_does_not_allow_is_refused(world, head, body, code):
    dossier = world.processing()
    refused(head.post(f"dossiers/{dossier.code}/reschedule/", body), 422, code)
    assert not dossier.reschedules.exists()


def test_a_filing_is_asked_to_complete_completed_and_received(world, clerk, clock):
    filing = world.submit(components=[])
    path = f"dossiers/{filing.uuid}"
    clerk.post(f"{path}/ask_to_complete/", {"reason": "Thiếu tờ khai", "items": ["Tờ khai"]})
    refused(clerk.post(f"{path}/receive/", {}), 409, "not_possible_now")
    clock.move_to("2026-11-10 09:00")
    components = [
        {"component": fact.component_id, "provision": "electronic"} for fact in world.components(world.free)
    ]
    assert clerk.post(f"{path}/complete_filing/", {"components": components}).status_code == 200
    received = clerk.post(f"{path}/receive/", {}).json()
    assert (received["code"], received["due_at"]) == ("H41.101-261110-0001", "2026-11-13T17:00:00+07:00")


@pytest.mark.parametrize("state", sorted(FINAL_STATES))
def test_a_final_dossier_offers_no_verb(world, clerk, state):
    dossier = world.in_state(state)
    assert clerk.get(f"dossiers/{dossier.uuid}/").json()["possible_verbs"] == []
