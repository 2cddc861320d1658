"""Who asks for an archived dossier finds it, and finds that it can only be read."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from cases import lookup
from cases.archive import reading as archive
from cases.as_of import past_moment
from cases.errors import Invalid
from cases.models import Dossier, DossierEvent, ReadAccess
from notifications.models import Letter
from tests.cases.archive.conftest import YEAR

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def of_the_clerk(world) -> Client:
    client = Client()
    client.force_login(world.clerk)
    return client


def test_the_owner_looks_it_up_with_code_and_secret(archived, client):
    given = {"code": archived.code, "secret": lookup.secret_of(archived)}
    answer = client.post(reverse("public:lookup"), given)
    assert answer.status_code == 200
    assert archived.code in answer.text
    assert "You have received your result." in answer.text
    assert ReadAccess.objects.get().dossier_id == archived.pk


def test_a_wrong_secret_opens_nothing_in_the_archive_either(archived, client):
    answer = client.post(reverse("public:lookup"), {"code": archived.code, "secret": "7K2QD-M0XRA"})
    assert answer.status_code == 404
    assert "Nothing fits this code and this proof." in answer.text


def test_anybody_may_know_that_the_code_is_finished(archived, client):
    answer = client.get(reverse("public:lookup"), {"ma": archived.code})
    assert answer.status_code == 200
    assert archived.code in answer.text


def test_the_search_for_the_code_leads_staff_to_its_page(archived, world):
    staff = of_the_clerk(world)
    answer = staff.get(reverse("admin:cases_dossier_changelist"), {"q": archived.code}, follow=True)
    assert answer.redirect_chain == [(reverse("admin:cases_dossier_change", args=[archived.pk]), 302)]
    assert f"{archived.code} is in the archive of 2026 and can only be read." in answer.text
    assert "control-slip" in answer.text


def test_papers_of_an_archived_dossier_can_be_opened(archived, world):
    slip = of_the_clerk(world).get(reverse("admin:dossier_control_slip", args=[archived.pk]))
    assert slip.status_code == 200
    with archive.reading(YEAR):
        document = Dossier.objects.get().documents.first()
    address = reverse("admin:dossier_document", args=[archived.pk, document.pk])
    assert of_the_clerk(world).get(address).status_code == 200


def test_who_may_not_see_a_dossier_does_not_see_it_in_the_archive(archived, world):
    stranger = Client()
    stranger.force_login(world.outsider_clerk)
    assert stranger.get(reverse("admin:dossier_control_slip", args=[archived.pk])).status_code == 404
    assert stranger.get(reverse("admin:cases_dossier_change", args=[archived.pk])).status_code == 302


def test_what_is_read_cannot_be_changed(archived):
    only_read = pytest.raises(DatabaseError, match="the archive is only read")
    with only_read, transaction.atomic(), archive.reading(YEAR):
        Dossier.objects.update(subject="x")


def test_after_reading_the_live_tables_are_asked_again(archived, world):
    with archive.reading(YEAR):
        assert Dossier.objects.count() == 1
    assert Dossier.objects.count() == 0


def test_a_year_that_is_not_there_is_not_mistaken_for_the_live_tables(ended):
    with pytest.raises(LookupError), archive.reading(2019):
        pass


def test_all_years_are_read_together_with_what_is_live(archived, world):
    world.receive()
    events = DossierEvent.objects.count()
    with archive.all_years():
        assert Dossier.objects.count() == 2
        assert DossierEvent.objects.count() > events
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM cases_dossierevent")
    assert DossierEvent.objects.count() == events


def test_a_person_is_told_what_the_archive_holds_too(archived, tmp_path):
    number, told = tmp_path / "number", tmp_path / "told.json"
    number.write_text(archived.applicant.id_number)
    call_command("export_person", id_number_file=str(number), output=str(told), stdout=StringIO())
    assert [one["code"] for one in json.loads(told.read_text())["dossiers"]] == [archived.code]


def test_keys_are_rotated_in_the_archive_too(archived, settings):
    with archive.reading(YEAR):
        before = dict(Letter.objects.values_list("pk", "payload"))
    newest = "another key, " + "y" * 50
    settings.FIELD_KEYS = [newest, *settings.FIELD_KEYS]
    call_command("rotate_keys", stdout=StringIO())
    settings.FIELD_KEYS = [newest]
    with archive.reading(YEAR):
        assert dict(Letter.objects.values_list("pk", "payload")) == before
        assert Dossier.objects.get().collector_id_number == archived.collector_id_number


def test_the_office_as_it_stood_is_not_told_of_archived_years(archived, world):
    world.receive()
    with pytest.raises(Invalid, match="The office can be shown as it stood after 09/11/2026"):
        past_moment("09/11/2026")
