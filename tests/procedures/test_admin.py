"""The back office of agencies, people, calendar and catalogue: who keeps what."""

from datetime import date, time

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from cases.models import CalendarRevision
from cases.services.calendar_moves import apply_approved
from procedures.enums import Role, VersionStatus
from procedures.models import (
    Agency,
    CalendarDay,
    Component,
    ElectronicSource,
    OfficeSession,
    ProcedureVersion,
    Staff,
    TimeLimit,
)
from procedures.services import publishing
from tests.cases.helpers import fresh
from tests.cast import local

PROCEDURES = "/quan-tri/procedures/"


@pytest.fixture(autouse=True)
def english_pages(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def keeper(world):
    """`keeper(role, agency)` is the browser of somebody who keeps the system there."""

    def signed_in(role: str, agency: Agency | None = None) -> Client:
        person = Staff.objects.create(
            username=f"{role}-{agency and agency.pk}", agency=agency, role=role, is_staff=True
        )
        client = Client()
        client.force_login(person)
        client.person = person
        return client

    return signed_in


def change(row) -> str:
    return reverse(f"admin:procedures_{row._meta.model_name}_change", args=[row.pk])


def form_of(client, address: str) -> dict:
    """What the page would send if nobody changed anything, with its inline rows."""
    context = client.get(address).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    sent = {}
    for form in forms:
        for name in form.fields:
            field = form[name]
            if field.value() is not None and field.value() is not False:
                sent[field.html_name] = field.value()
    return sent


def errors_of(response) -> dict:
    return {name: list(errors) for name, errors in response.context["adminform"].form.errors.items()}


def listed(response) -> list[str]:
    return [str(row) for row in response.context["cl"].result_list]


# --- Agencies -------------------------------------------------------------------------------------


def test_agencies_stand_in_the_order_of_their_tree(world, keeper):
    Agency.objects.create(
        identifier="A99", name_vi="Tổ công tác", kind="other", parent=world.ward
    )  # sorts first by identifier, and yet stands below its ward
    response = keeper(Role.SYSTEM_ADMIN).get(PROCEDURES + "agency/")
    names = [row.identifier for row in response.context["cl"].result_list]
    assert names == ["H41", "H41.101", "A99", "H41.102", "H41.12"]


def test_agency_administrator_sees_and_keeps_the_own_branch_only(world, keeper):
    client = keeper(Role.AGENCY_ADMIN, world.ward)
    assert listed(client.get(PROCEDURES + "agency/")) == ["UBND phường Thử Nghiệm"]
    assert client.get(change(world.other_ward)).status_code == 302
    sent = form_of(client, change(world.ward))
    client.post(change(world.ward), {**sent, "head_name": "Người Mới"})
    world.ward.refresh_from_db()
    assert world.ward.head_name == "Người Mới"


def test_agency_administrator_does_not_hang_the_own_agency_elsewhere(world, keeper):
    client = keeper(Role.AGENCY_ADMIN, world.ward)
    client.post(
        change(world.ward), {**form_of(client, change(world.ward)), "parent": "", "identifier": "X99"}
    )
    world.ward.refresh_from_db()
    assert (world.ward.parent, world.ward.identifier) == (world.province, "H41.101")


def test_agency_administrator_adds_agencies_below_only(world, keeper):
    client = keeper(Role.AGENCY_ADMIN, world.ward)
    address = PROCEDURES + "agency/add/"
    sent = {**form_of(client, address), "identifier": "H41.101.1", "name_vi": "Tổ Một cửa", "kind": "other"}
    assert errors_of(client.post(address, sent)) == {"parent": ["This field is required."]}
    assert list(errors_of(client.post(address, {**sent, "parent": world.province.pk}))) == ["parent"]
    client.post(address, {**sent, "parent": world.ward.pk})
    assert Agency.objects.get(identifier="H41.101.1").parent == world.ward


def test_opening_sessions_are_kept_with_their_agency(world, keeper):
    client = keeper(Role.AGENCY_ADMIN, world.ward)
    sent = form_of(client, change(world.ward)) | {
        "sessions-TOTAL_FORMS": "1",
        "sessions-0-days": "weekday",
        "sessions-0-opens_at": "08:00",
        "sessions-0-closes_at": "12:00",
        "sessions-0-agency": world.ward.pk,
    }
    client.post(change(world.ward), sent)
    assert [str(session) for session in OfficeSession.objects.filter(agency=world.ward)] == ["08:00–12:00"]


def sessions(world, *hours: tuple[str, str], first=None, delete: bool = False) -> dict:
    """What the page sends for these sessions; `first` is the row that the first of them changes."""
    sent = {"sessions-TOTAL_FORMS": str(len(hours)), "sessions-INITIAL_FORMS": str(int(first is not None))}
    for number, (opens, closes) in enumerate(hours):
        row = {"agency": world.ward.pk, "days": "weekday", "opens_at": opens, "closes_at": closes}
        sent |= {f"sessions-{number}-{name}": value for name, value in row.items()}
    if first is not None:
        sent["sessions-0-id"] = first.pk
        if delete:
            sent["sessions-0-DELETE"] = "on"
    return sent


def test_sessions_of_one_kind_of_day_do_not_overlap(world, keeper):
    client = keeper(Role.AGENCY_ADMIN, world.ward)
    page = form_of(client, change(world.ward))
    response = client.post(change(world.ward), page | sessions(world, ("08:00", "12:00"), ("11:00", "17:00")))
    [inline] = response.context["inline_admin_formsets"]
    assert inline.formset.non_form_errors() == ["The sessions from 08:00 and from 11:00 overlap."]
    assert not OfficeSession.objects.exists()
    with pytest.raises(IntegrityError, match="sessions_apart"), transaction.atomic():
        for opens, closes in ((8, 12), (11, 17)):
            OfficeSession.objects.create(agency=world.ward, opens_at=time(opens), closes_at=time(closes))
        connection.check_constraints()


def test_sessions_may_touch_and_be_replaced_in_one_go(world, keeper):
    client = keeper(Role.AGENCY_ADMIN, world.ward)
    page = form_of(client, change(world.ward))
    client.post(change(world.ward), page | sessions(world, ("08:00", "12:00")))
    old = OfficeSession.objects.get()
    client.post(
        change(world.ward),
        page
        | sessions(world, ("08:00", "12:00"), ("07:30", "11:30"), ("11:30", "16:00"), first=old, delete=True),
    )
    assert [str(row) for row in OfficeSession.objects.all()] == ["07:30–11:30", "11:30–16:00"]


def test_fields_that_an_agency_decides_are_lines(world, keeper):
    client = keeper(Role.SYSTEM_ADMIN)
    sent = form_of(client, change(world.ward))
    client.post(change(world.ward), {**sent, "decides_fields": "Hộ tịch\r\n\r\nChứng thực"})
    world.ward.refresh_from_db()
    assert world.ward.decides_fields == ["Hộ tịch", "Chứng thực"]


def test_nobody_deletes_an_agency(world, keeper):
    address = reverse("admin:procedures_agency_delete", args=[world.ward.pk])
    assert keeper(Role.SYSTEM_ADMIN).post(address, {"post": "yes"}).status_code == 403


def test_auditors_read_and_change_nothing(world, keeper):
    client = keeper(Role.AUDITOR, world.province)
    person, day = world.clerk, CalendarDay.objects.first()
    rows = [world.ward, person, day, world.free.versions.get()]
    assert [client.get(change(row)).status_code for row in rows] == [200] * 4
    assert [client.post(change(row), {"note": "x"}).status_code for row in rows] == [403] * 4
    names = ["agency", "staff", "calendarday", "procedureversion", "feetariff"]
    assert [client.get(f"{PROCEDURES}{name}/add/").status_code for name in names] == [403] * 5


# --- Staff ----------------------------------------------------------------------------------------


def test_password_of_a_new_account_is_stored_as_a_hash(world, keeper):
    client = keeper(Role.AGENCY_ADMIN, world.ward)
    address = PROCEDURES + "staff/add/"
    sent = {
        "username": "nguoi-moi",
        "full_name": "Người Mới",
        "password1": "mat-khau-rat-dai-1",
        "password2": "mat-khau-rat-dai-1",
        "agency": world.ward.pk,
        "role": Role.OFFICER,
        "is_staff": "on",
    }
    client.post(address, sent)
    person = Staff.objects.get(username="nguoi-moi")
    assert (person.agency, person.role, person.is_staff) == (world.ward, Role.OFFICER, True)
    assert person.check_password("mat-khau-rat-dai-1")
    assert "mat-khau-rat-dai-1" not in person.password


def test_weak_passwords_are_refused(world, keeper):
    client = keeper(Role.SYSTEM_ADMIN)
    sent = {"username": "x", "password1": "12345678", "password2": "12345678", "role": Role.CLERK}
    response = client.post(PROCEDURES + "staff/add/", {**sent, "agency": world.ward.pk})
    assert list(errors_of(response)) == ["password2"]


def test_agency_administrator_keeps_the_people_of_the_own_branch(world, keeper):
    client = keeper(Role.AGENCY_ADMIN, world.ward)
    names = {row.username for row in client.get(PROCEDURES + "staff/").context["cl"].result_list}
    assert {"mot-cua", "thu-ly", "chu-tich"} <= names
    assert not names & {"nguoi-ngoai", "thanh-tra"}
    assert client.get(change(world.outsider_clerk)).status_code == 302


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, "king"])
def test_agency_administrator_gives_no_role_above_the_own(world, keeper, role):
    client = keeper(Role.AGENCY_ADMIN, world.ward)
    response = client.post(change(world.clerk), {**form_of(client, change(world.clerk)), "role": role})
    assert list(errors_of(response)) == ["role"]
    world.clerk.refresh_from_db()
    assert world.clerk.role == Role.CLERK


def test_agency_administrator_does_not_move_people_to_other_branches(world, keeper):
    client = keeper(Role.AGENCY_ADMIN, world.ward)
    sent = {**form_of(client, change(world.clerk)), "agency": world.province.pk}
    assert list(errors_of(client.post(change(world.clerk), sent))) == ["agency"]


def test_nobody_but_a_superuser_makes_a_superuser(world, keeper):
    client = keeper(Role.SYSTEM_ADMIN)
    client.post(change(world.clerk), {**form_of(client, change(world.clerk)), "is_superuser": "on"})
    world.clerk.refresh_from_db()
    assert world.clerk.is_superuser is False


def test_accounts_with_more_rights_are_out_of_reach(world, keeper):
    world.clerk.role = Role.SYSTEM_ADMIN
    world.clerk.save()
    world.officer.is_superuser = True
    world.officer.save()
    client = keeper(Role.AGENCY_ADMIN, world.ward)
    password = reverse("admin:auth_user_password_change", args=[world.clerk.pk])
    new = {"password1": "mat-khau-rat-dai-2", "password2": "mat-khau-rat-dai-2", "usable_password": "true"}
    assert client.post(change(world.clerk), {"username": "x"}).status_code == 403
    assert client.post(change(world.officer), {"username": "x"}).status_code == 403
    assert client.post(password, new).status_code == 403
    assert keeper(Role.SYSTEM_ADMIN).post(change(world.officer), {"username": "x"}).status_code == 403


def test_a_forgotten_password_is_set_anew(world, keeper):
    client = keeper(Role.AGENCY_ADMIN, world.ward)
    address = reverse("admin:auth_user_password_change", args=[world.clerk.pk])
    new = {"password1": "mat-khau-rat-dai-2", "password2": "mat-khau-rat-dai-2", "usable_password": "true"}
    client.post(address, new)
    world.clerk.refresh_from_db()
    assert world.clerk.check_password("mat-khau-rat-dai-2")


# --- Calendar -------------------------------------------------------------------------------------


def test_calendar_is_filtered_by_year_and_kind(world, keeper):
    client = keeper(Role.CLERK, world.ward)
    assert listed(client.get(PROCEDURES + "calendarday/", {"year": "2027"})) == ["01/01/2027 New Year's Day"]
    found = listed(client.get(PROCEDURES + "calendarday/", {"kind": "culture_day"}))
    assert found == ["24/11/2026 Vietnam Culture Day"]


def test_nobody_edits_a_day_directly(world, keeper):
    """Promises depend on it: it changes by an approved calendar change only."""
    day = CalendarDay.objects.get(date=date(2026, 11, 24))
    for client in (keeper(Role.SYSTEM_ADMIN), keeper(Role.AGENCY_ADMIN, world.province)):
        assert client.get(change(day)).status_code == 200
        assert client.post(change(day), {"note": "x"}).status_code == 403
        assert client.get(PROCEDURES + "calendarday/add/").status_code == 403
        address = reverse("admin:procedures_calendarday_delete", args=[day.pk])
        assert client.post(address, {"post": "yes"}).status_code == 403
    day.refresh_from_db()
    assert (day.enabled, day.note) == (True, "")


def test_the_page_of_a_day_leads_to_a_proposal_for_those_who_may_propose(world, keeper):
    day = CalendarDay.objects.get(date=date(2026, 11, 24))
    propose = f"{reverse('admin:cases_calendarrevision_add')}?day={day.pk}"
    assert f'href="{propose}"' in keeper(Role.AGENCY_ADMIN, world.ward).get(change(day)).content.decode()
    assert propose not in keeper(Role.CLERK, world.ward).get(change(day)).content.decode()


def test_days_of_other_agencies_are_out_of_sight(world, keeper):
    own = CalendarDay.objects.create(
        date=date(2026, 12, 7), agency=world.ward, kind="other", name_vi="Lễ hội phường"
    )
    assert keeper(Role.AGENCY_ADMIN, world.ward).get(change(own)).status_code == 200
    assert keeper(Role.AGENCY_ADMIN, world.other_ward).get(change(own)).status_code == 302


def test_new_opening_hours_have_every_open_promise_counted_anew(world, keeper):
    dossier = world.receive()
    client = keeper(Role.AGENCY_ADMIN, world.ward)
    sent = form_of(client, change(world.ward))
    client.post(change(world.ward), {**sent, "head_name": "Người Mới"})
    assert not CalendarRevision.objects.exists()
    hours = {
        "sessions-TOTAL_FORMS": "1",
        "sessions-0-days": "weekday",
        "sessions-0-opens_at": "08:00",
        "sessions-0-closes_at": "16:00",
        "sessions-0-agency": world.ward.pk,
    }
    client.post(change(world.ward), form_of(client, change(world.ward)) | hours)
    revision = CalendarRevision.objects.get()
    assert (revision.agency, revision.state, revision.total) == (world.ward, "approved", 1)
    assert revision.reason == "The opening hours of UBND phường Thử Nghiệm changed."
    assert apply_approved() == 1
    assert fresh(dossier).due_at == local("2026-11-12 16:00")


def test_a_saturday_that_counts_has_every_open_promise_counted_anew(world, keeper):
    world.receive()
    client = keeper(Role.AGENCY_ADMIN, world.ward)
    client.post(change(world.ward), {**form_of(client, change(world.ward)), "saturday_counts": "on"})
    assert CalendarRevision.objects.get().agency == world.ward


# --- Catalogue ------------------------------------------------------------------------------------


def test_catalogue_is_searched_without_accents(world, keeper):
    client = keeper(Role.OFFICER, world.ward)
    found = listed(client.get(PROCEDURES + "procedureversion/", {"q": "LE PHI"}))
    assert found == ["1.000002 Thủ tục có lệ phí (EN)"]


def test_a_published_version_is_read_and_never_edited(world, keeper):
    version = world.free.versions.get()
    client = keeper(Role.SYSTEM_ADMIN)
    assert client.get(change(version)).status_code == 200
    assert client.post(change(version), {"name_vi": "Sửa"}).status_code == 403
    address = reverse("admin:procedures_procedureversion_delete", args=[version.pk])
    assert client.post(address, {"post": "yes"}).status_code == 403


def test_next_version_is_a_draft_with_everything_of_the_published_one(world, keeper):
    version = world.paid.versions.get()
    keeper(Role.SYSTEM_ADMIN).post(reverse("admin:version_new_draft", args=[version.pk]))
    draft = world.paid.versions.latest("number")
    assert (draft.number, draft.status) == (2, VersionStatus.DRAFT)
    for parts in ("limits", "components", "fees", "steps"):
        ours = [str(part) for part in getattr(draft, parts).all()]
        assert ours == [str(part) for part in getattr(version, parts).all()]


def test_publishing_ends_the_version_before_it_the_day_before(world, keeper):
    old = world.free.versions.get()
    draft = publishing.new_draft(old)
    ProcedureVersion.objects.filter(pk=draft.pk).update(in_force_from=date(2026, 12, 1), legal_basis=["Luật"])
    keeper(Role.SYSTEM_ADMIN).post(reverse("admin:version_publish", args=[draft.pk]))
    old.refresh_from_db()
    draft.refresh_from_db()
    assert (old.in_force_to, draft.status) == (date(2026, 11, 30), VersionStatus.PUBLISHED)


def test_an_incomplete_version_is_not_published_and_all_that_is_missing_is_named(world, keeper):
    draft = publishing.new_draft(world.free.versions.get())
    ProcedureVersion.objects.filter(pk=draft.pk).update(
        in_force_from=date(2026, 12, 1), deciding_agency_vi=""
    )
    TimeLimit.objects.filter(version=draft).delete()
    Component.objects.filter(version=draft).delete()
    response = keeper(Role.SYSTEM_ADMIN).post(reverse("admin:version_publish", args=[draft.pk]), follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "The version cannot be published without: deciding agency, legal basis, time limit, components."
    ]
    draft.refresh_from_db()
    assert draft.status == VersionStatus.DRAFT


def test_a_version_does_not_begin_before_the_one_in_force(world):
    draft = publishing.new_draft(world.free.versions.get())
    ProcedureVersion.objects.filter(pk=draft.pk).update(legal_basis=["Luật"])
    with pytest.raises(publishing.CannotPublish, match="in force from 21/06/2018; this one must begin later"):
        publishing.publish(draft)


def test_only_keepers_of_the_catalogue_publish(world, keeper):
    version = world.free.versions.get()
    for client in (keeper(Role.AGENCY_ADMIN, world.ward), keeper(Role.CLERK, world.ward)):
        assert client.post(reverse("admin:version_new_draft", args=[version.pk])).status_code == 403
        assert client.get(PROCEDURES + "procedureversion/add/").status_code == 403
    assert world.free.versions.count() == 1


def test_a_draft_is_edited_with_its_parts(world, keeper):
    draft = publishing.new_draft(world.free.versions.get())
    client = keeper(Role.SYSTEM_ADMIN)
    sent = form_of(client, change(draft)) | {"name_vi": "Tên mới", "limits-0-amount": "5"}
    client.post(change(draft), sent)
    draft.refresh_from_db()
    assert (draft.name_vi, draft.limits.get().amount) == ("Tên mới", 5)


def test_tariff_is_set_for_a_fee_that_the_province_sets(world, keeper):
    client = keeper(Role.AGENCY_ADMIN, world.province)
    offered = client.get(PROCEDURES + "feetariff/add/").context["adminform"].form.fields["fee_name"].choices
    assert offered == []
    version = world.free.versions.get()
    version.fees.create(name="Lệ phí tỉnh", kind="charge", rule="set_by_province")
    sent = {
        "agency": world.province.pk,
        "procedure": world.free.pk,
        "fee_name": "Lệ phí tỉnh",
        "amount": "8000",
        "legal_reference": "Nghị quyết ví dụ",
        "in_force_from": "01/01/2026",
    }
    client.post(PROCEDURES + "feetariff/add/", sent)
    assert world.free.tariffs.get().amount == 8000


def test_a_source_is_connected_by_who_keeps_the_catalogue_and_by_nobody_else(world, keeper):
    source = ElectronicSource.objects.create(name="National Population Database")
    administrator = keeper(Role.SYSTEM_ADMIN)
    page = administrator.get(f"{PROCEDURES}electronicsource/")
    assert "not connected" in page.content.decode()
    assert [row.named for row in page.context["cl"].result_list] == [2]  # one component of each procedure
    administrator.post(change(source), {"is_connected": "on", "name": "Tên khác"})
    source.refresh_from_db()
    assert (source.name, source.is_connected) == ("National Population Database", True)
    client = keeper(Role.CLERK, world.ward)
    assert client.get(change(source)).status_code == 200
    assert client.post(change(source), {}).status_code == 403
    source.refresh_from_db()
    assert source.is_connected is True
