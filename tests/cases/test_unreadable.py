"""A person whose ID number no key opens: the rows say so, everything else goes on, and the log says it once."""

import io
import logging

import pytest
from django.db import transaction
from django.urls import reverse
from openpyxl import load_workbook

from cases import services
from cases.enums import Verb
from cases.models import Applicant, Dossier, ListColumns
from cases.services import bulk, exports
from onestop.encryption import CannotDecrypt, Unreadable, marking_unreadable
from tests.cases.admin.conftest import page_of, text_of
from tests.cases.api.conftest import client_of
from tests.cases.test_poison import another, poisoned

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

MARK = "cannot be read; tell the administrator"


@pytest.fixture
def pair(world, clock):
    """One that cannot be read and one that can, both overdue, both with a draft of an apology."""
    poison = world.processing(applicant=another(world))
    healthy = world.processing()
    clock.move_to("2026-11-12 09:00")
    services.draft_apologies()
    clock.move_to("2026-11-16 09:00")
    return poisoned(poison), healthy


@pytest.fixture
def browser(client, settings):
    settings.SESSION_COOKIE_AGE = settings.SESSION_IDLE_SECONDS = 10 * 365 * 86_400

    def signed_in(person):
        client.force_login(person)
        return client

    return signed_in


@pytest.mark.parametrize(
    "address",
    [
        "/quan-tri/cases/dossier/",
        "/quan-tri/cases/dossier/?due=overdue&o=due",
        "/quan-tri/qua-han/",
        "/quan-tri/qua-han/?as_of=13/11/2026",
        "/quan-tri/ngay-da-qua/?as_of=13/11/2026&show=in_work",
        "/quan-tri/xin-loi/",
        "/quan-tri/du-bao/",
        "/quan-tri/qua-han/khong-xin-loi/",
        "/quan-tri/",
    ],
)
@pytest.mark.parametrize("person", ["clerk", "supervisor", "officer"])
def test_the_lists_of_the_office_name_both(world, pair, browser, person, address):
    page = browser(getattr(world, person)).get(address)
    if page.status_code in (302, 403, 404):
        pytest.skip("no page of this person")
    assert page.status_code == 200
    shown = page.content.decode()
    assert [dossier.code in shown for dossier in pair] in ([True, True], [False, False])


def test_the_page_of_the_dossier_says_it_at_the_place_of_the_number(world, pair, browser):
    poison, healthy = pair
    client = browser(world.supervisor)
    text = text_of(client.get(page_of(poison)))
    assert (MARK in text, poison.code in text) == (True, True)
    assert MARK not in text_of(client.get(page_of(healthy)))
    assert MARK in text_of(client.get(page_of(poison), {"as_of": "13/11/2026"})) or poison.code in text


def test_a_search_by_name_finds_both(world, pair, browser):
    client = browser(world.clerk)
    found = client.post(reverse("admin:dossier_search"), {"q": world.applicant.full_name}, follow=True)
    assert found.status_code == 200
    assert all(dossier.code in found.content.decode() for dossier in pair)
    answer = client_of(world.clerk).post("dossiers/search/", {"q": world.applicant.full_name})
    assert {row["code"] for row in answer.data["results"]} == {dossier.code for dossier in pair}


def test_the_api_lists_both_and_gives_the_sentence_for_the_number(world, pair):
    client, (poison, healthy) = client_of(world.clerk), pair
    listed = {row["code"]: row for row in client.get("dossiers/").data["results"]}
    assert set(listed) >= {poison.code, healthy.code}
    numbers = [client.get(f"dossiers/{one.uuid}/").data["applicant"]["id_number"] for one in pair]
    assert numbers == [MARK, world.applicant.id_number]


def test_an_export_has_both_rows(world, pair):
    ListColumns.objects.create(user=world.clerk, columns=["code", "applicant", "id_number"])
    sheet = load_workbook(io.BytesIO(exports.export_at_once(world.clerk, ""))).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    numbers = {row[0]: row[2] for row in cells if row[0] in {dossier.code for dossier in pair}}
    assert numbers == {pair[0].code: MARK, pair[1].code: world.applicant.id_number}


def test_an_export_by_a_worker_has_both_rows_too(world, pair):
    export = exports.ask_export(world.clerk, "")
    assert exports.write_waiting_exports() == 1
    export.refresh_from_db()
    with export.file.open("rb") as file:
        rows = [[cell.value for cell in row] for row in load_workbook(file).active.iter_rows()]
    assert {dossier.code for dossier in pair} <= {row[0] for row in rows}


@pytest.mark.parametrize("part", ["late", "scorecard", "satisfaction"])
def test_the_report_goes_on(world, pair, browser, part):
    page = browser(world.supervisor).get(reverse("admin:report"), {"part": part, "period": "2026-11"})
    assert page.status_code in (200, 404)


def test_nothing_is_printed_with_the_sentence_in_it(world, pair, browser):
    """A receipt that says “cannot be read” would be a paper of the office."""
    client = browser(world.clerk)
    page = client.get(reverse("admin:dossier_receipt", args=[pair[0].pk]))
    assert page.status_code == 503
    assert "What is stored of a person here cannot be read. Nothing was changed." in text_of(page)
    assert client.get(reverse("admin:dossier_receipt", args=[pair[1].pk])).status_code == 200


def test_an_act_on_it_is_refused_with_a_sentence_and_one_on_the_other_is_done(world, pair):
    rows = bulk.act_on_all(
        Verb.ASSIGN,
        Dossier.objects.filter(pk__in=[one.pk for one in pair]).order_by("pk"),
        by=world.supervisor,
        nonce="n1",
        to=world.second_officer,
    )
    assert [row.refusal for row in rows] == [
        "What is stored of this person cannot be read; tell the administrator.",
        "",
    ]


def test_a_page_that_acts_on_it_says_so(world, pair, browser):
    client = browser(world.officer)
    page = client.post(
        reverse("admin:dossier_verb", args=[pair[0].pk, "hand_over"]), {"to": world.second_officer.pk}
    )
    assert (page.status_code, "Tell the administrator" in text_of(page)) == (503, True)


def test_each_look_is_logged_once_and_without_what_is_stored(world, pair, browser, caplog):
    client = browser(world.supervisor)
    with caplog.at_level(logging.ERROR):
        client.get("/quan-tri/qua-han/")
    [record] = [one for one in caplog.records if one.name == "onestop.encryption"]
    assert record.getMessage().startswith("/quan-tri/qua-han/: a text that ends in ")
    assert "cases_applicant.id_number holds a text that was changed" in record.getMessage()


def test_a_mark_is_never_stored(world, pair):
    with marking_unreadable("a test"):
        applicant = Applicant.objects.get(pk=pair[0].applicant_id)
    assert isinstance(applicant.id_number, Unreadable)
    with pytest.raises(CannotDecrypt), transaction.atomic():
        applicant.save()
    applicant.save(update_fields=["phone"])


def test_whoever_does_not_ask_for_marks_gets_the_error(world, pair):
    with pytest.raises(CannotDecrypt):
        Applicant.objects.get(pk=pair[0].applicant_id)
