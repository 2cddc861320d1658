"""From the page of a dossier into a store of papers and back (R13)."""

import pytest
from django.urls import reverse

from cases.models import DossierComponent, StoreLookup
from onestop.simulators.base import Fault
from procedures.enums import Role
from tests.cases.connections.test_store_search import asks_for, reused
from tests.cases.helpers import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def item(world, civil_status) -> DossierComponent:
    return asks_for(world)


def address(name: str, item: DossierComponent) -> str:
    return reverse(f"admin:{name}", args=[item.dossier_id, item.pk])


def test_from_the_dossier_to_the_record_and_back(world, civil_status, item, client):
    client.force_login(world.clerk)
    dossier_page = reverse("admin:cases_dossier_change", args=[item.dossier_id])
    assert address("store_search", item) in client.get(dossier_page).content.decode()
    page = client.get(address("store_search", item)).content.decode()
    assert "is asked about the applicant of this dossier and nobody else" in page
    assert civil_status.asked == []  # only a press searches
    assert "tick that they agree" in client.post(address("store_search", item)).content.decode()
    answer = client.post(address("store_search", item), {"consent": "on"})
    assert "2/1994-TP/KS-01" in answer.content.decode()
    (hit,) = answer.context["searched"].hits
    said = client.post(address("store_reuse", item), {"record": hit.carried}, follow=True).content.decode()
    assert "is reused and need not be brought." in said
    assert "KS-1994-000001, UBND phường Ví Dụ, tỉnh Nghệ An 04/04/1994" in said
    assert address("store_search", item) not in said


def test_when_it_is_away_the_page_offers_the_ground(world, civil_status, item, client):
    client.force_login(world.clerk)
    civil_status.set_fault(Fault.HTML)
    page = client.post(address("store_search", item), {"consent": "on"}).content.decode()
    assert "Ground: System failure" in page
    said = client.post(
        address("store_paper", item), {"search": StoreLookup.objects.get().request_id}, follow=True
    )
    assert "is taken on paper; it needs no ground." in said.content.decode()
    for wrong in ("", "x", "00000000-0000-0000-0000-000000000000"):
        said = client.post(address("store_paper", item), {"search": wrong}, follow=True).content.decode()
        assert "This page is no longer valid. Search again." in said


def test_another_office_does_not_know_the_page(world, civil_status, item, client):
    client.force_login(world.outsider_clerk)
    assert client.get(address("store_search", item)).status_code == 404
    assert client.post(address("store_search", item), {"consent": "on"}).status_code == 404
    assert client.post(address("store_reuse", item), {"record": "x"}).status_code == 404
    assert civil_status.asked == []


def test_inspectors_see_who_searched_for_what(world, civil_status, item, client):
    reused(item, world.clerk)
    inspector = make_person("thanh-tra-so", world.province, Role.AUDITOR, is_staff=True)
    client.force_login(inspector)
    page = client.get(reverse("admin:cases_storelookup_changelist")).content.decode()
    assert world.clerk.username in page or str(world.clerk) in page
    assert item.dossier.code in page
