"""The back office of calendar and catalogue: who keeps what."""

from datetime import date

import pytest
from django.urls import reverse

from cases.models import CalendarRevision
from cases.services.calendar_moves import apply_approved
from procedures.enums import Role, VersionStatus
from procedures.models import (
    CalendarDay,
    Component,
    ElectronicSource,
    ProcedureVersion,
    TimeLimit,
)
from procedures.services import publishing
from tests.cases.helpers import fresh
from tests.cast import local
from tests.procedures.back_office import PROCEDURES, change, form_of, listed

pytestmark = pytest.mark.usefixtures("english_pages")


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
