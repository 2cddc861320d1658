"""The back office of agencies and people: who keeps what."""

from datetime import time

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from procedures.enums import Role
from procedures.models import (
    Agency,
    CalendarDay,
    OfficeSession,
    Staff,
)
from tests.procedures.back_office import PROCEDURES, change, errors_of, form_of, listed

pytestmark = pytest.mark.usefixtures("english_pages")


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
