"""Extension, periods, questions to other agencies and clarifications on the pages of the back office."""

import pytest
from django.urls import reverse

from cases import services
from cases.enums import EventKind, Verb
from cases.models import Dossier
from tests.cases.admin.conftest import messages_of, page_of, text_of, verb_of
from tests.cast import local

ANOTHER = {"kind": "opinion", "question": "Xác minh nơi cư trú", "working_hours": "16"}


@pytest.fixture
def dossier(world) -> Dossier:
    """Due Thursday 12/11/2026; its procedure may be extended and names a posting."""
    world.free.versions.update(
        extension_mode="add",
        extension_amount=3,
        extension_unit="working_day",
        excluded_periods=[{"name_vi": "Niêm yết", "name_en": "Posting"}],
    )
    return world.processing()


def ask(world, dossier, **changes):
    facts = {"agency": world.other_ward, "question": "Xác minh nơi cư trú", **changes}
    facts.setdefault("due_at", local("2026-11-11 17:00"))
    return services.consult(dossier, by=world.officer, **facts)


def test_limit_is_extended_from_the_page_and_the_proof_says_so(world, browser, dossier):
    client, address = browser(world.officer), verb_of(dossier, Verb.EXTEND)
    assert list(client.get(address).context["form"].fields) == ["reason"]
    response = client.post(address, {"reason": "Cần xác minh"}, follow=True)
    assert messages_of(response) == ["The limit is extended; the applicant is told and gets a new receipt."]
    text = text_of(response)
    assert (
        "Phạm Văn Thụ Lý extended the limit from 12/11/2026 17:00 to 17/11/2026 17:00. Cần xác minh" in text
    )
    assert "Friday 13/11/2026 4 counted because of the extension" in text
    assert "Extend the limit" not in [button.label for button in response.context["buttons"]]


def test_a_date_is_asked_for_where_the_procedure_agrees_on_one(world, browser, dossier):
    world.free.versions.update(extension_mode="agreed", extension_amount=None, extension_unit="")
    client, address = browser(world.officer), verb_of(dossier, Verb.EXTEND)
    assert list(client.get(address).context["form"].fields) == ["agreed_on", "reason"]
    response = client.post(address, {"reason": "Thỏa thuận", "agreed_on": "24/11/2026"})
    assert list(response.context["form"].errors) == ["agreed_on"]
    client.post(address, {"reason": "Thỏa thuận", "agreed_on": "25/11/2026"})
    assert Dossier.objects.get().due_at == local("2026-11-25 17:00")


def test_period_is_entered_from_the_page_and_the_proof_says_so(world, browser, dossier):
    client, address = browser(world.officer), verb_of(dossier, Verb.EXCLUDE_PERIOD)
    field = client.get(address).context["form"].fields["name"]
    assert field.choices == [("Niêm yết", "Posting")]
    typed = {"name": "Niêm yết", "first": "10/11/2026", "last": "11/11/2026"}
    response = client.post(address, {**typed, "last": "09/11/2026"})
    assert list(response.context["form"].errors) == ["last"]
    text = text_of(client.post(address, typed, follow=True))
    assert "Niêm yết, 10/11/2026 – 11/11/2026: these days do not count." in text
    assert "Tuesday 10/11/2026 no period that the procedure does not count" in text
    assert Dossier.objects.get().due_at == local("2026-11-16 17:00")


def test_applicant_is_asked_to_clarify_from_the_page(world, browser, dossier):
    client, address = browser(world.officer), verb_of(dossier, Verb.CLARIFY)
    client.post(address, {"question": "Nơi ở hiện nay?", "ground": "Luật X, Điều Y"})
    assert dossier.events.last().kind == EventKind.CLARIFICATION


def test_other_agencies_are_asked_in_turn_from_the_page(world, browser, dossier):
    client, address = browser(world.officer), verb_of(dossier, Verb.CONSULT)
    assert world.ward not in client.get(address).context["form"].fields["agency"].queryset
    client.post(address, {**ANOTHER, "agency": world.other_ward.pk})
    first = dossier.consultations.get()
    response = client.post(address, {**ANOTHER, "agency": world.centre.pk, "after": first.pk}, follow=True)
    rows = response.context["consultations"]
    assert [row["consultation"].agency for row in rows] == [world.other_ward, world.centre]
    text = text_of(response)
    assert "waits for its turn" in text
    assert "after UBND xã Ví Dụ" in text


def test_wrong_deadline_stays_on_the_page(world, browser, dossier):
    client, address = browser(world.officer), verb_of(dossier, Verb.CONSULT)
    response = client.post(address, {**ANOTHER, "agency": world.other_ward.pk, "working_hours": ""})
    assert response.context["form"].errors == {
        "working_hours": ["Give the deadline once: either in working hours or as a moment."]
    }
    assert not dossier.consultations.exists()


# The agency that is asked -------------------------------------------------------------------------


def test_asked_agency_has_a_page_of_what_is_due_first(world, browser, dossier, clock):
    later = ask(world, dossier)
    sooner = ask(world, dossier, due_at=local("2026-11-10 17:00"))
    ask(world, dossier, agency=world.centre)
    client = browser(world.outsider_officer)
    response = client.get(reverse("admin:questions"))
    assert [row["consultation"] for row in response.context["rows"]] == [sooner, later]
    clock.move_to("2026-11-11 08:00")
    assert "late" in text_of(client.get(reverse("admin:questions")))


def test_asked_agency_opens_the_dossier_answers_and_sees_it_no_more(world, browser, dossier):
    asked = ask(world, dossier)
    client = browser(world.outsider_officer)
    response = client.get(page_of(dossier))
    assert (response.status_code, response.context["buttons"]) == (200, [])
    assert not client.get(reverse("admin:cases_dossier_changelist")).context["cl"].result_list
    address = reverse("admin:consultation_answer", args=[asked.pk])
    assert "Xác minh nơi cư trú" in text_of(client.get(address))
    response = client.post(address, {"answer": "Đúng như khai báo"}, follow=True)
    assert messages_of(response) == ["The answer is recorded; the deciding agency is told."]
    assert client.get(page_of(dossier)).status_code == 302
    assert client.get(address).status_code == 404
    text = text_of(browser(world.officer).get(page_of(dossier)))
    assert "Đúng như khai báo" in text
    assert "answered, early" in text


def test_officer_of_the_lead_enters_a_letter(world, browser, dossier):
    asked = ask(world, dossier)
    client = browser(world.officer)
    assert "Enter the answer" in text_of(client.get(page_of(dossier)))
    client.post(reverse("admin:consultation_answer", args=[asked.pk]), {"answer": "Công văn số 12"})
    asked.refresh_from_db()
    assert (asked.answer, asked.answered_by) == ("Công văn số 12", world.officer)


def test_who_may_not_answer_gets_no_further(world, browser, dossier):
    asked = ask(world, dossier)
    address = reverse("admin:consultation_answer", args=[asked.pk])
    assert "Enter the answer" not in text_of(browser(world.clerk).get(page_of(dossier)))
    response = browser(world.clerk).post(address, {"answer": "?"})
    assert response.context["form"].non_field_errors()
    assert browser(world.outsider_clerk).get(address).status_code == 404
    assert browser(world.outsider_clerk).get(reverse("admin:questions")).status_code == 403
    asked.refresh_from_db()
    assert asked.answered_at is None


def test_questions_page_costs_the_same_with_more_rows(world, browser, dossier, django_assert_num_queries):
    client = browser(world.outsider_officer)
    ask(world, dossier)
    with django_assert_num_queries(7):
        client.get(reverse("admin:questions"))
    ask(world, dossier)
    ask(world, world.processing())
    with django_assert_num_queries(7):
        client.get(reverse("admin:questions"))


# Breaches and marks -------------------------------------------------------------------------------


def test_breaches_of_a_month_open_and_finished(world, browser, dossier, clock):
    finished_late, apologised_late, in_time = world.processing(), world.processing(), world.processing()
    world.record_result(in_time)
    clock.move_to("2026-11-16 09:00")
    world.record_result(finished_late)
    services.issue_apology(
        apologised_late, by=world.head, reason="Chờ xác minh", new_due_at=local("2026-11-20 17:00")
    )
    client, address = browser(world.supervisor), reverse("admin:breaches")
    rows = {row["dossier"]: row["apology"] for row in client.get(address).context["rows"]}
    assert set(rows) == {dossier, finished_late, apologised_late}
    assert "no apology issued" in rows[dossier]
    assert "no apology issued" in rows[finished_late]
    assert "apologised late" in rows[apologised_late]
    assert client.get(address, {"month": "2026-10"}).context["rows"] == []
    assert len(client.get(address, {"month": "nonsense"}).context["rows"]) == 3
    assert browser(world.outsider_head).get(address).context["rows"] == []


def test_list_filters_late_transfers_and_marks_who_was_asked_twice(world, browser, clock):
    twice = services.resume(world.supplement(), by=world.clerk)
    services.request_supplement(twice, by=world.head, reason="Còn thiếu", items=["Văn bản ủy quyền"])
    lies = world.receive()
    clock.move_to("2026-11-10 08:00")
    client, address = browser(world.supervisor), reverse("admin:cases_dossier_changelist")
    assert list(client.get(address, {"transfer": "late"}).context["cl"].result_list) == [lies]
    assert text_of(client.get(address)).count("asked twice") == 1


def test_proof_can_be_printed(world, browser, dossier):
    html = browser(world.officer).get(page_of(dossier)).content.decode()
    assert 'data-print="proof" hidden' in html
    assert "/static/onestop/print.js" in html
