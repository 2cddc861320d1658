"""All applicants of a group are checked in one go: each with purpose, consent and record, and nobody waits for long."""

from types import SimpleNamespace

import pytest
from django.urls import reverse

from cases import services
from cases.connections.population.facts import Outcome, Purpose
from cases.models import PopulationLookup
from cases.services import population_group
from cases.services.applicants import ApplicantFacts
from cases.services.groups import GroupRow
from cases.services.population_group import check_group
from onestop.simulators.base import Fault

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english", "clock")]
PEOPLE = [
    ApplicantFacts("Nguyễn Thị Ví Dụ", "040199000001", address="Xóm Ví Dụ, tỉnh Nghệ An"),
    ApplicantFacts("Trần Văn Thử", "040099000002", address="Nơi khác"),
    ApplicantFacts("Không Có Người Này", "040099000404"),
]


@pytest.fixture
def group(world, population):
    rows = [
        GroupRow(f"Row {number}", world.free, person, world.components(world.free))
        for number, person in enumerate(PEOPLE, start=1)
    ]
    return services.receive_group(rows, kind="people", name="Lớp 5A", desk=world.ward, by=world.clerk)[0]


def dossiers(group) -> list:
    return list(group.dossiers.order_by("pk"))


def all_of(group) -> set[int]:
    return {dossier.pk for dossier in dossiers(group)}


def test_each_is_asked_about_with_a_record_of_its_own(world, group):
    found = check_group(dossiers(group), agreed=all_of(group), by=world.clerk, purpose=Purpose.IDENTIFY)
    assert [one.checked.outcome for one in found] == [Outcome.FOUND, Outcome.FOUND, Outcome.UNKNOWN]
    assert [one.agrees for one in found] == [True, False, False]
    rows = PopulationLookup.objects.order_by("pk")
    assert [row.dossier for row in rows] == dossiers(group)
    assert {(row.by, row.purpose, row.has_consent) for row in rows} == {(world.clerk, Purpose.IDENTIFY, True)}


def test_who_did_not_agree_is_not_asked_about(world, group):
    first, *_others = dossiers(group)
    (one,) = check_group(dossiers(group), agreed={first.pk, 999_999}, by=world.clerk)
    assert one.dossier == first
    assert PopulationLookup.objects.get().dossier == first


def test_nobody_waits_longer_than_for_all_together(world, group, monkeypatch):
    now = [0.0]

    def asked(*args, **kwargs):
        now[0] += 14
        return checked(*args, **kwargs)

    checked = population_group.check_applicant
    monkeypatch.setattr(population_group, "check_applicant", asked)
    monkeypatch.setattr(population_group, "time", SimpleNamespace(monotonic=lambda: now[0]))
    first, *rest = check_group(dossiers(group), agreed=all_of(group), by=world.clerk)
    assert first.agrees
    assert {one.refusal for one in rest} == {"Not asked yet: the time was over. Ask about the rest."}
    assert PopulationLookup.objects.count() == 1


def test_a_database_that_is_away_is_left_alone(world, group, population):
    population.set_fault(Fault.BUSY)
    *silent, last = check_group(dossiers(group), agreed=all_of(group), by=world.clerk)
    assert [one.checked.outcome for one in silent] == [Outcome.FAILED] * 2
    assert last.refusal == "Not asked: the population database gives no answer."
    assert PopulationLookup.objects.count() == 2


def test_what_concerns_one_of_them_holds_up_no_other(world, group):
    first, second, _third = dossiers(group)
    services.withdraw(first, by=world.clerk, reason="Đổi ý")
    found = check_group(dossiers(group), agreed=all_of(group), by=world.clerk)
    assert "has ended" in found[0].refusal
    assert found[1].checked.outcome == Outcome.FOUND
    assert all(one.refusal for one in check_group([second], agreed={second.pk}, by=world.outsider_clerk))


def test_on_the_page_of_the_group(world, group, client):
    client.force_login(world.clerk)
    page = reverse("admin:group_check", args=[group.pk])
    assert page in client.get(reverse("admin:group", args=[group.pk])).content.decode()
    keys = sorted(all_of(group))
    assert "Not looked up yet" in client.get(page).content.decode()
    assert "nobody was asked about" in client.post(page, {"purpose": "settle"}).content.decode()
    told = client.post(page, {"purpose": "settle", "dossier": [*keys, "x"]})
    text = told.content.decode()
    assert "The database agrees about 1 applicant." in text
    assert "Look at 2 applicants." in text
    assert "Khối Thử Nghiệm, tỉnh Nghệ An" in text  # where the database says otherwise
    assert "no-store" in told["Cache-Control"]
    again = client.get(page).content.decode()
    assert "Khối Thử Nghiệm" not in again
    assert "Verified: name, number, address" in again
    assert "Nobody has this number" in again
    assert PopulationLookup.objects.count() == 3
