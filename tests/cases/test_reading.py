"""Who looked at personal data leaves a row: one for a page, file, search, list, export or proven look-up."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from cases import lookup, services
from cases.models import ReadAccess
from cases.services.feedback import Sender
from cases.services.reading import forget_old_reads, note_read, old_reads
from onestop.reading import KINDS
from procedures.enums import Role
from procedures.models import Staff
from tests.cases.admin.conftest import browser, text_of
from tests.cases.api.conftest import client_of
from tests.cases.helpers import make_person
from tests.cast import upload
from tests.test_role_table import ROWS, expected

__all__ = ["browser"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def reads() -> list[tuple]:
    """Who read what, of which dossier, how much, and on which page; the oldest first."""
    rows = ReadAccess.objects.order_by("pk")
    return [(row.user, row.kind, row.dossier_id, row.count, row.route) for row in rows]


@pytest.fixture
def dossier(world):
    return world.digitized()


def test_opening_a_dossier_leaves_one_row(world, dossier, browser, clock):
    page = reverse("admin:cases_dossier_change", args=[dossier.pk])
    assert browser(world.officer).get(page, REMOTE_ADDR="10.1.2.3").status_code == 200
    (row,) = ReadAccess.objects.all()
    assert (row.user, row.agency, row.kind, row.dossier, row.count) == (
        world.officer,
        world.ward,
        "dossier",
        dossier,
        1,
    )
    assert (row.route, row.address, row.at) == (
        "admin:cases_dossier_change",
        "10.1.2.3",
        timezone.now(),
    )


def test_what_was_refused_was_not_read(world, dossier, browser):
    page = reverse("admin:cases_dossier_change", args=[dossier.pk])
    browser(world.outsider_officer).get(page)
    Client().get(page)
    client_of(world.outsider_clerk).get(f"dossiers/{dossier.code}/")
    assert reads() == []


def test_a_file_and_a_printed_form_leave_one_row_each(world, dossier, browser):
    document = dossier.documents.first()
    client = browser(world.officer)
    client.get(reverse("admin:dossier_document", args=[dossier.pk, document.pk]))
    client.get(reverse("admin:dossier_control_slip", args=[dossier.pk]))
    assert reads() == [
        (world.officer, "document", dossier.pk, 1, "admin:dossier_document"),
        (world.officer, "document", dossier.pk, 1, "admin:dossier_control_slip"),
    ]


def test_a_list_leaves_one_row_with_its_length(world, dossier, browser):
    world.receive()
    browser(world.officer).get(reverse("admin:cases_dossier_changelist"))
    client_of(world.officer).get("dossiers/")
    assert reads() == [
        (world.officer, "list", None, 2, "admin:cases_dossier_changelist"),
        (world.officer, "list", None, 2, "api:dossiers"),
    ]


def test_a_person_who_was_found_leaves_a_row_and_nobody_found_none(world, dossier, browser):
    client, page = browser(world.clerk), reverse("admin:reception_people")
    client.post(page, {"id_number": "040000000555", "phone": ""})
    assert reads() == []
    client.post(page, {"id_number": "040000000001", "phone": ""})
    assert reads() == [(world.clerk, "person", None, 1, "admin:reception_people")]
    assert ReadAccess.objects.get().reference == ""  # what was typed is personal data too


def test_an_export_leaves_a_row(world, dossier, browser):
    browser(world.supervisor).post(reverse("admin:export"), {"list": ""})
    assert [row[:2] for row in reads()] == [(world.supervisor, "export")]


def test_a_dossier_read_over_the_api_leaves_a_row_by_whoever_signed_in(world, dossier):
    client_of(world.officer).get(f"dossiers/{dossier.code}/")
    client_of(world.officer).get(f"dossiers/{dossier.uuid}/")
    assert reads() == [(world.officer, "dossier", dossier.pk, 1, "api:dossier")] * 2


def test_a_look_up_with_proof_leaves_a_row_of_the_desk_and_without_proof_none(world, dossier):
    client = Client()
    address, secret = reverse("public:lookup"), lookup.secret_of(dossier)
    client.get(address)
    client.get(address, {"ma": dossier.code})
    client.post(address, {"code": dossier.code, "secret": "AAAAA-AAAAA"})
    assert reads() == []
    client.post(address, {"code": dossier.code, "secret": secret})
    client_of().get(f"status/{dossier.code}/", headers={"X-Lookup-Secret": secret})
    client_of().get(f"status/{dossier.code}/")
    assert reads() == [
        (None, "lookup", dossier.pk, 1, "public:lookup"),
        (None, "lookup", dossier.pk, 1, "api:status"),
    ]
    assert set(ReadAccess.objects.values_list("agency", flat=True)) == {world.ward.pk}


def test_no_secret_and_no_id_number_stands_in_a_row(world, dossier, browser):
    Client().post(reverse("public:lookup"), {"code": dossier.code, "secret": lookup.secret_of(dossier)})
    browser(world.clerk).post(reverse("admin:reception_people"), {"id_number": "040000000001"})
    written = str(list(ReadAccess.objects.values()))
    assert "040000000001" not in written
    assert lookup.secret_of(dossier) not in written


def test_one_look_costs_one_more_query(world, dossier, browser, django_assert_num_queries, settings):
    client, page = browser(world.officer), reverse("admin:dossier_control_slip", args=[dossier.pk])
    client.get(page)
    note = {"by": world.officer, "route": "admin:dossier_control_slip", "dossier": dossier.pk}
    _ = world.officer.workplace_id
    with django_assert_num_queries(1):
        note_read("document", **note)


def test_every_named_page_exists():
    def names(resolver, prefix=""):
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from names(pattern, space)
            elif pattern.name:
                yield f"{prefix}{pattern.name}"

    assert set(KINDS) - set(names(get_resolver())) == set()


# What the pages behind these name is no applicant.
NOBODY = {
    "agency",
    "cash_report",  # numbers of receipts and codes
    "cases",  # an overview of the back office
    "counter",
    "day",
    "hook",  # what is told outside names nobody
    "person",  # an account of staff
    "procedure",
    "proposal",  # what a decision says of a procedure
    "queue_service",
    "reason",
    "reform_plan",  # tasks of agencies
    "reform_task",
    "rung",  # who is told of delays, by role
    "revision",  # codes of dossiers and their dates
    "source",
    "tariff",
    "version",
}


def test_every_page_about_a_dossier_or_its_applicant_is_named_here():
    """Whatever the table of roles opens to staff by something in its address; a history says who changed a row."""
    read_by_staff = {
        (name, arguments[0])
        for (name, method), (arguments, answers) in ROWS.items()
        if name.startswith(("admin:", "api:"))
        and not name.endswith("_history")
        and arguments
        and method == "GET"
        and "200" in expected(answers).values()
        and expected(answers)["?"] != "200"
    }
    assert len(read_by_staff) > 50
    assert {name for name, thing in read_by_staff if thing not in NOBODY} - set(KINDS) == set()


def test_what_is_found_by_a_body_and_what_feedback_says_leave_rows(world, dossier, browser):
    client_of(world.officer).post("dossiers/search/", {"q": "Ví Dụ"})
    sent = services.send_feedback(
        kind="rule",
        text="Vì sao?",
        agency=world.ward,
        sender=Sender(name="Nguyễn Thị Ví Dụ", phone="0900000001"),
        nonce=uuid4(),
        uploads=[upload()],
    )
    page = browser(world.supervisor)
    page.get(reverse("admin:feedback", args=[sent.pk]))
    page.get(reverse("admin:feedback_file", args=[sent.pk, sent.files.get().pk]))
    page.get(reverse("admin:ratings"))
    assert reads() == [
        (world.officer, "list", None, 1, "api:search"),
        (world.supervisor, "message", None, 1, "admin:feedback"),
        (world.supervisor, "document", None, 1, "admin:feedback_file"),
        (world.supervisor, "list", None, 0, "admin:ratings"),
    ]


def test_a_page_of_a_scan_leaves_a_row_when_it_can_be_read(world, dossier, browser):
    scan, client = dossier.documents.get(), browser(world.officer)
    for size in ("thumbnail", "preview"):
        assert (
            client.get(reverse("admin:dossier_page", args=[dossier.pk, scan.pk, 1, size])).status_code == 200
        )
    assert reads() == [(world.officer, "document", dossier.pk, 1, "admin:dossier_page")]


def test_a_text_tried_on_a_dossier_leaves_a_row_and_on_an_invented_one_none(world, dossier, browser):
    keeper = Staff.objects.create(username="toan-quyen", is_superuser=True, is_staff=True)
    page, client = reverse("admin:notice_preview", args=["started", "vi", "email"]), browser(keeper)
    client.post(page, {"subject": "x", "body": "x"})
    assert reads() == []
    client.post(page, {"subject": "x", "body": "x", "dossier": dossier.code})
    assert reads() == [(keeper, "dossier", dossier.pk, 1, "admin:notice_preview")]


# What the database refuses --------------------------------------------------------------------------


@pytest.mark.parametrize("act", [lambda rows: rows.delete(), lambda rows: rows.update(count=7)])
def test_rows_are_only_added(world, act):
    note_read("list", by=world.clerk, route="admin:results")
    with pytest.raises(DatabaseError), transaction.atomic():
        act(ReadAccess.objects.all())


@pytest.mark.parametrize("address", ["", "unknown", "10.0.0.1, 10.0.0.2", "<script>"])
def test_an_address_that_is_none_is_left_out(world, address):
    assert note_read("list", by=world.clerk, route="admin:results", address=address).address is None


def test_rows_are_forgotten_after_the_days_that_are_set(world, settings, clock):
    settings.READ_ACCESS_KEPT_DAYS = 30
    old = note_read("list", by=world.clerk, route="admin:results")
    clock.move_to("2026-12-09 09:00")
    young = note_read("list", by=world.clerk, route="admin:results")
    assert forget_old_reads() == 0
    assert list(old_reads(timezone.now() + timedelta(seconds=1))) == [old]
    clock.move_to("2026-12-09 09:01")
    assert forget_old_reads() == 1
    assert list(ReadAccess.objects.all()) == [young]


# The list of the inspectors -------------------------------------------------------------------------


def list_of(browser, person):
    return browser(person).get(reverse("admin:cases_readaccess_changelist"))


def test_inspectors_and_data_protection_officers_see_the_list_of_their_agencies(world, dossier, browser):
    note_read("dossier", by=world.officer, route="admin:cases_dossier_change", dossier=dossier)
    note_read("list", by=world.outsider_officer, route="admin:results")
    protector = make_person("bao-ve", world.ward, Role.AGENCY_ADMIN, protects_data=True, is_staff=True)
    seen = text_of(list_of(browser, protector))
    assert (dossier.code in seen, str(world.officer) in seen) == (True, True)
    assert str(world.outsider_officer) not in seen
    seen = text_of(list_of(browser, world.auditor))
    assert (str(world.officer) in seen, str(world.outsider_officer) in seen) == (True, True)


def test_nobody_else_sees_it(world, browser):
    people = [world.clerk, world.officer, world.supervisor, world.head, world.outsider_clerk]
    assert {list_of(browser, person).status_code for person in people} == {403}


def test_to_look_at_the_list_is_noted_too(world, browser):
    list_of(browser, world.auditor)
    assert reads() == [(world.auditor, "audit", None, 0, "admin:cases_readaccess_changelist")]


def test_the_list_is_searched_by_dossier_and_by_account(world, dossier, browser):
    note_read("dossier", by=world.officer, route="admin:cases_dossier_change", dossier=dossier)
    note_read("list", by=world.clerk, route="admin:results")
    page = reverse("admin:cases_readaccess_changelist")
    for text, found, other in (
        (dossier.code, world.officer, world.clerk),
        ("mot-cua", world.clerk, world.officer),
    ):
        seen = text_of(browser(world.auditor).get(page, {"q": text}))
        assert (str(found) in seen, str(other) in seen) == (True, False)


def test_nobody_changes_or_adds_a_row_in_the_back_office(world, browser):
    row = note_read("list", by=world.clerk, route="admin:results")
    client = browser(world.auditor)
    for page in (f"{row.pk}/delete/", "add/"):
        assert client.post(reverse("admin:cases_readaccess_changelist") + page).status_code in {302, 403, 404}
    assert ReadAccess.objects.filter(pk=row.pk).exists()
