"""What the rules of reception ask of the API: answers at the desk, grounds, delegation, corrections, losses."""

from cases import services
from cases.models import Demand, Dossier, StoredPaper
from procedures.enums import Role
from procedures.models import ElectronicSource, ProcedureVersion, TimeLimit
from tests.cases.api.conftest import client_of, receive, reception, refused
from tests.cases.helpers import make_person
from tests.cast import upload

REQUEST = {"reason": "Thiếu chữ ký", "items": ["Tờ khai có chữ ký"]}


def test_asked_at_the_desk_there_is_a_filing_without_a_code(world, clerk):
    body = {**reception(world, components=[]), **REQUEST}
    answer = clerk.post("filings/ask_at_desk/", body, key="hoi")
    assert (answer.status_code, answer.json()["state"], answer.json()["code"]) == (201, "submitted", None)
    assert answer.json()["supplements"][0]["items"] == ["Tờ khai có chữ ký"]
    assert clerk.post("filings/ask_at_desk/", body, key="hoi").json() == answer.json()
    assert Dossier.objects.count() == 1


def test_refused_at_the_desk_the_dossier_has_ended(world, clerk):
    body = {**reception(world, components=[]), "reason": "Nộp tại Sở Xây dựng"}
    answer = clerk.post("filings/refuse_at_desk/", body, key="tu-choi").json()
    assert (answer["state"], answer["channel"]) == ("refused", "desk")


def test_answers_at_the_desk_need_a_key_a_reason_and_the_desks_clerk(world, clerk, outsider):
    body = {**reception(world), "reason": " "}
    refused(clerk.post("filings/refuse_at_desk/", body), 400, "malformed")
    refused(clerk.post("filings/refuse_at_desk/", body, key="mot"), 422, "required")
    refused(
        outsider.post("filings/refuse_at_desk/", {**body, "reason": "x"}, key="hai"), 403, "not_permitted"
    )


def test_filings_are_listed_by_what_is_to_be_answered_first(world, clerk, outsider):
    ProcedureVersion.objects.filter(procedure=world.paid).update(
        answer_limits=[{"channel": "online", "amount": "1", "unit": "working_hour"}]
    )
    later, first = world.submit(), world.submit(world.paid)
    page = clerk.get("filings/?limit=1").json()
    assert [row["uuid"] for row in page["results"]] == [str(first.uuid)]
    assert page["results"][0]["answer_due_at"] == "2026-11-09T10:00:00+07:00"
    rest = clerk.get(page["next"].removeprefix("http://testserver")).json()
    assert ([row["uuid"] for row in rest["results"]], rest["next"]) == ([str(later.uuid)], None)
    assert outsider.get("filings/").json()["results"] == []


def test_a_connected_system_lists_no_filings(world):
    world.submit()
    system = make_person("may-tich-hop", world.ward, Role.INTEGRATION)
    assert client_of(system).get("filings/").json()["results"] == []


def test_a_ground_is_given_with_the_component(world, clerk):
    ElectronicSource.objects.create(name="National Population Database", is_connected=True)
    form, identity = (fact.component_id for fact in world.components(world.free))
    parts = [{"component": form}, {"component": identity, "provision": "paper"}]
    problem = refused(receive(clerk, reception(world, components=parts)), 422, "reusable")
    assert "need not be brought" in problem["detail"]
    parts[1]["ground"] = "disaster"
    dossier = receive(clerk, reception(world, components=parts), key="hai").json()
    assert [(row["component"], row["ground"]) for row in dossier["demands"]] == [(identity, "disaster")]


def test_a_paper_beyond_the_list_is_demanded_with_text_and_article(world, officer):
    dossier = world.processing()
    path = f"dossiers/{dossier.code}/demand/"
    refused(officer.post(path, {"paper": "Sổ hộ khẩu", "legal_text": "Luật X"}), 422, "no_article")
    answer = officer.post(path, {"paper": "Sổ hộ khẩu", "legal_text": "Luật X, Điều 5"}).json()
    assert [row["legal_text"] for row in answer["demands"]] == ["Luật X, Điều 5"]
    assert Demand.objects.count() == 1


def test_who_files_for_somebody_else_is_kept_with_the_authorisation(world, clerk):
    somebody = {"submitter_name": "Trần Văn Thử", "submitter_phone": "0900000009"}
    refused(receive(clerk, reception(world, **somebody)), 422, "authorisation_missing")
    body = reception(world, **somebody, authorisation="Giấy ủy quyền số 5")
    dossier = receive(clerk, body, key="hai").json()
    assert (dossier["submitter_phone"], dossier["authorisation"]) == ("0900000009", "Giấy ủy quyền số 5")
    assert (dossier["book_year"], dossier["book_number"]) == (2026, 1)


def test_the_quantity_of_the_procedure_decides_the_limit(world, clerk):
    version = world.free.versions.get()
    version.limit_quantity = "documents"
    version.save()
    version.limits.update(quantity_from=1, quantity_to=10)
    TimeLimit.objects.create(
        version=version, position=1, label="5", amount=5, unit="working_day", quantity_from=11
    )
    assert clerk.get("procedures/1.000001/").json()["limit_quantity"] == "documents"
    refused(receive(clerk, reception(world)), 422, "required")
    dossier = receive(clerk, reception(world, quantities={"documents": 11}), key="hai").json()
    assert dossier["due_at"] == "2026-11-16T17:00:00+07:00"


def test_a_result_has_its_validity_and_its_collector_an_authorisation(world, officer, clerk):
    dossier = world.processing()
    form = {"file": upload(), "number": "12/KQ", "signer": "Trần Văn Lãnh Đạo", "valid_until": "2027-01-31"}
    officer.post(f"dossiers/{dossier.code}/record_result/", form, format="multipart")
    assert f"{StoredPaper.objects.get().valid_until}" == "2027-01-31"
    collection = {
        "collector": "Lý Thị Láng Giềng",
        "collector_id_number": "040000000008",
        "proof": "authorisation",
        "authorisation": "Giấy ủy quyền số 8",
    }
    result = clerk.post(f"dossiers/{dossier.code}/return_result/", collection).json()["result"]
    assert (result["collector_id_number"], result["authorisation"]) == ("040000000008", "Giấy ủy quyền số 8")


def test_a_correction_answers_with_the_new_dossier(world, clerk):
    dossier = world.returned()
    answer = clerk.post(f"dossiers/{dossier.code}/receive_correction/", {"reason": "Sai tên đệm"}).json()
    assert (answer["corrects"], answer["state"], answer["fees"]["total"]) == (dossier.code, "received", 0)
    assert answer["code"] != dossier.code


def test_lost_papers_are_reported(world, clerk):
    dossier = world.receive()
    answer = clerk.post(f"dossiers/{dossier.code}/report_loss/", {"papers": ["Tờ khai gốc"]}).json()
    assert answer["events"][-1]["event"] == "papers_lost"


def test_a_second_request_before_reception_marks_the_filing(world, clerk, head):
    filing = world.submit()
    path = f"dossiers/{filing.uuid}/ask_to_complete/"
    clerk.post(path, REQUEST)
    services.complete_filing(filing)
    refused(clerk.post(path, REQUEST), 422, "approval_missing")
    assert head.post(path, REQUEST).json()["asked_twice"]
