"""The three answers at the desk, decided at once, what can be reused, and our own mistakes, on their pages."""

import pytest

from cases import services
from cases.enums import Provision, State
from cases.models import Demand, Dossier
from procedures.models import ElectronicSource, ProcedureVersion
from tests.cases.admin.conftest import messages_of, page_of, text_of, verb_of
from tests.cases.admin.test_reception import PAGE, errors_of, typed
from tests.cast import upload


@pytest.fixture
def connected(world):
    ElectronicSource.objects.create(name="National Population Database", is_connected=True)
    return world.free.versions.get().components.get(position=1)


def send(client, world, button="", **changes):
    data = typed(client, world.free, **changes)
    return client.post(PAGE, {**data, **({button: "1"} if button else {})}, follow=True)


# Three answers --------------------------------------------------------------------------------------------


def test_asking_to_complete_keeps_a_filing_and_leads_to_its_page(world, browser):
    page = send(browser(world.clerk), world, "ask", reason="Thiếu chữ ký", items="Tờ khai có chữ ký\n\n")
    dossier = Dossier.objects.get()
    assert (dossier.state, dossier.channel, dossier.code) == (State.SUBMITTED, "desk", None)
    assert dossier.supplements.get().items == ["Tờ khai có chữ ký"]
    assert page.redirect_chain == [(page_of(dossier), 302)]
    assert messages_of(page) == [
        "The applicant is asked to complete the filing; print the request (form 02)."
    ]


def test_refusing_keeps_the_reason(world, browser):
    page = send(browser(world.clerk), world, "refuse", reason="Nộp tại Sở Xây dựng")
    assert Dossier.objects.get().state == State.REFUSED
    assert messages_of(page) == ["Reception was refused; print the refusal (form 03)."]


@pytest.mark.parametrize("button", ["ask", "refuse"])
def test_without_a_reason_the_page_says_so_and_keeps_what_was_typed(world, browser, button):
    page = send(browser(world.clerk), world, button)
    assert "reason" in errors_of(page)
    assert page.context["form"]["full_name"].value() == "Trần Văn Thử"
    assert not Dossier.objects.exists()


def test_pressed_twice_asks_once(world, browser):
    client = browser(world.clerk)
    data = {**typed(client, world.free), "ask": "1", "reason": "Thiếu", "items": "Tờ khai"}
    client.post(PAGE, data)
    page = client.post(PAGE, data, follow=True)
    assert Dossier.objects.count() == 1
    assert "This page was sent before" in messages_of(page)[-1]


def test_enter_in_a_field_presses_receive(world, browser):
    page = browser(world.clerk).get(PAGE, {"procedure": "1.000001"}).content.decode()
    first = page[page.index('<button type="submit"', page.index('id="reception"')) :]
    assert "name=" not in first[: first.index(">")]


# Somebody else, elsewhere, many ------------------------------------------------------------------------------


def test_an_authorised_person_is_asked_for_the_authorisation(world, browser):
    client = browser(world.clerk)
    page = send(client, world, submitter_name="Lý Thị Láng Giềng")
    assert "authorisation" in errors_of(page)
    send(client, world, submitter_name="Lý Thị Láng Giềng", authorisation="Giấy ủy quyền số 5")
    dossier = Dossier.objects.get()
    assert (dossier.submitter_name, dossier.authorisation) == ("Lý Thị Láng Giềng", "Giấy ủy quyền số 5")
    assert "Giấy ủy quyền số 5" in text_of(client.get(page_of(dossier)))


def test_the_place_is_asked_for_only_where_reception_may_be_outside_the_desk(world, browser):
    client = browser(world.clerk)
    assert "reception_place" not in client.get(PAGE, {"procedure": "1.000001"}).context["form"].fields
    ProcedureVersion.objects.update(received_outside_desk=True)
    send(client, world, reception_place="Bệnh viện Ví Dụ")
    assert Dossier.objects.get().reception_place == "Bệnh viện Ví Dụ"


def test_the_quantity_that_decides_the_limit_is_asked_for(world, browser):
    version = world.free.versions.get()
    version.limit_quantity = "documents"
    version.save()
    client = browser(world.clerk)
    assert "Number of documents" in text_of(client.get(PAGE, {"procedure": "1.000001"}))
    send(client, world, documents=4)
    assert Dossier.objects.get().quantities == {"documents": 4}


# Reuse ---------------------------------------------------------------------------------------------------------


def test_what_a_database_has_is_ticked_and_says_where_it_comes_from(world, browser, connected):
    page = browser(world.clerk).get(PAGE, {"procedure": "1.000001"})
    row = page.context["form"].checklist[1]
    assert (row["provision"].value(), row["offer"].source) == (
        Provision.REUSED,
        "National Population Database",
    )
    assert "Reused from: National Population Database" in text_of(page)


def test_demanding_it_on_paper_needs_a_ground_from_the_list(world, browser, connected):
    client = browser(world.clerk)
    on_paper = {f"provision_{connected.pk}": "paper"}
    page = send(client, world, **on_paper)
    assert "need not be brought" in errors_of(page)["components"][0]
    send(client, world, **on_paper, **{f"ground_{connected.pk}": "system_failure"})
    assert Demand.objects.get().ground == "system_failure"


def test_the_store_of_somebody_who_was_there_before_is_offered_with_the_number(world, browser):
    world.returned()
    form = world.free.versions.get().components.get(position=0)
    type(form).objects.filter(pk=form.pk).update(name_vi="Giấy chứng nhận", name_en="")
    client = browser(world.clerk)
    known = {"full_name": world.applicant.full_name, "id_number": world.applicant.id_number}
    page = client.post(PAGE + "hen/", typed(client, world.free, **known))
    assert "the applicant's store: Giấy chứng nhận 12/KQ, 09/11/2026" in text_of(page)
    stranger = client.post(PAGE + "hen/", typed(client, world.free, **{**known, "full_name": "Lý Thị Khác"}))
    assert "the applicant's store" not in text_of(stranger)
    send(client, world, **known, **{f"provision_{form.pk}": "reused"})
    assert Dossier.objects.latest("pk").documents.get().source == "reused"


def test_a_demand_beyond_the_list_is_recorded_on_the_page_of_the_dossier(world, browser):
    dossier = world.processing()
    client = browser(world.officer)
    page = client.post(verb_of(dossier, "demand"), {"paper": "Sổ hộ khẩu", "legal_text": "Luật X"})
    assert "legal_text" in errors_of(page)
    answers = {"paper": "Sổ hộ khẩu", "legal_text": "Luật X, Điều 5"}
    page = client.post(verb_of(dossier, "demand"), answers, follow=True)
    assert messages_of(page) == ["The demand is recorded; the supervisor sees it."]
    assert "Demanded with a ground: Sổ hộ khẩu (Luật X, Điều 5)" in text_of(page)


# At once ---------------------------------------------------------------------------------------------------------


def test_an_authorised_clerk_decides_at_once_on_the_same_page(world, browser):
    ProcedureVersion.objects.update(decided_at_once=True)
    client = browser(world.clerk)
    assert "Decide and hand over" not in text_of(client.get(PAGE, {"procedure": "1.000001"}))
    world.clerk.decides_at_counter = True
    world.clerk.save()
    client = browser(world.clerk)
    assert "Decide and hand over" in text_of(client.get(PAGE, {"procedure": "1.000001"}))
    form = world.free.versions.get().components.get(position=0)
    result = {"number": "15/TL", "signer": "Lê Thị Một Cửa", "proof": "identity"}
    page = send(client, world, "at_once", **result)
    assert errors_of(page) == {"file": ["Choose the file of the result."]}
    page = send(client, world, "at_once", **result, file=upload(), **{f"scan_{form.pk}": upload()})
    dossier = Dossier.objects.get()
    assert (dossier.state, dossier.result_number, dossier.receipt_wanted) == (State.RETURNED, "15/TL", False)
    assert messages_of(page) == [f"Decided at once as {dossier.code}; the result is handed over."]


def test_what_is_decided_at_once_gets_a_receipt_when_it_is_ticked(world, browser):
    ProcedureVersion.objects.update(decided_at_once=True)
    client = browser(world.clerk)
    page = send(client, world)
    assert "No receipt is needed" in messages_of(page)[0]
    send(client, world, receipt_wanted="on", duplicate_known="on")
    assert Dossier.objects.latest("pk").receipt_wanted


# Answers in time -----------------------------------------------------------------------------------------------


def test_filings_to_answer_are_listed_by_what_is_due_first_with_the_time(world, browser, clock):
    ProcedureVersion.objects.filter(procedure=world.paid).update(
        answer_limits=[{"channel": "online", "amount": "1", "unit": "working_hour"}]
    )
    later, first = world.submit(), world.submit(world.paid)
    asked = world.submit()
    services.ask_to_complete(asked, by=world.clerk, reason="Thiếu", items=["Tờ khai"])
    client = browser(world.clerk)
    clock.move_to("2026-11-09 10:30")
    page = client.get("/quan-tri/cases/dossier/?answer=waiting")
    assert list(page.context["cl"].result_list) == [first, later]
    assert "09/11/2026 10:00 answer is late" in text_of(page)
    page = client.get("/quan-tri/cases/dossier/?answer=late")
    assert list(page.context["cl"].result_list) == [first]
    assert client.get("/quan-tri/cases/dossier/?answer=what")["Location"] == "/quan-tri/cases/dossier/"


def test_asked_twice_is_seen_in_the_list_and_on_the_page(world, browser):
    filing = world.submit()
    request = {"reason": "Thiếu", "items": ["Tờ khai"]}
    services.ask_to_complete(filing, by=world.clerk, **request)
    services.complete_filing(filing)
    services.ask_to_complete(filing, by=world.head, **request)
    client = browser(world.supervisor)
    world.submit()
    page = client.get("/quan-tri/cases/dossier/?asked=twice")
    assert list(page.context["cl"].result_list) == [filing]
    assert "asked twice" in text_of(page)
    assert "asked twice" in text_of(client.get(page_of(filing)))


# Our own mistakes ------------------------------------------------------------------------------------------------


def test_a_result_is_corrected_from_its_page_and_both_name_each_other(world, browser):
    dossier = world.returned()
    client = browser(world.clerk)
    link = f"/quan-tri/dinh-chinh/{dossier.pk}/"
    assert link in client.get(page_of(dossier)).content.decode()
    page = client.post(link, {"reason": "Sai tên đệm"}, follow=True)
    correction = dossier.corrections.get()
    assert page.redirect_chain == [(page_of(correction), 302)]
    assert f"Corrects {dossier.code}" in text_of(page)
    assert f"Corrected by {correction.code}" in text_of(client.get(page_of(dossier)))
    refused = client.post(link, {"reason": "Sai tên đệm"})
    assert "being corrected already" in text_of(refused)


def test_lost_papers_are_recorded_from_the_page(world, browser):
    dossier = world.processing()
    client = browser(world.officer)
    page = client.post(f"/quan-tri/mat-giay-to/{dossier.pk}/", {"papers": "Tờ khai gốc"}, follow=True)
    assert messages_of(page) == ["The loss is recorded; the applicant gets an apology."]
    assert "apologises: Tờ khai gốc" in text_of(page)


@pytest.mark.parametrize("path", ["dinh-chinh", "mat-giay-to"])
def test_outsiders_do_not_find_these_pages(world, browser, path):
    dossier = world.returned()
    assert browser(world.outsider_clerk).get(f"/quan-tri/{path}/{dossier.pk}/").status_code == 404
