"""Ready reasons: loaded once from the seeds, then kept by the keepers of the catalogue."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from procedures.enums import ReasonUse, Role
from procedures.models import ReadyReason
from procedures.seeds.reasons import read_reasons
from procedures.services.catalogue import load_catalogue
from tests.cases.helpers import make_person

SEEDS = settings.BASE_DIR / "seeds"


def test_the_seeds_have_generic_reasons_for_every_use():
    problems = []
    rows = read_reasons(SEEDS, problems)
    assert problems == []
    assert len(rows) >= 12
    assert {row["use"] for row in rows} == set(ReasonUse.values)
    # Who asks for something says what to bring.
    assert [row for row in rows if row["use"] == ReasonUse.SUPPLEMENT and not row.get("items")] == []


def test_loading_fills_an_installation_that_has_none_and_never_again(db, clock):
    assert load_catalogue(SEEDS).reasons_created == ReadyReason.objects.count() > 0
    ReadyReason.objects.exclude(pk=ReadyReason.objects.first().pk).delete()
    ReadyReason.objects.update(text="Câu của cơ quan.")
    assert load_catalogue(SEEDS).reasons_created == 0
    assert [ready.text for ready in ReadyReason.objects.all()] == ["Câu của cơ quan."]


def test_no_file_no_reasons(tmp_path):
    problems = []
    assert (read_reasons(tmp_path, problems), problems) == ([], [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("reasons: [{use: lunch, text: A}]", "“lunch” is not known"),
        ("reasons: [{use: refusal}]", "“text” is missing."),
        ("reasons: [{use: refusal, text: A, note: B}]", "“note” is not known"),
        ("{}", "“reasons” is missing."),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path, text, problem):
    (tmp_path / "ready_reasons.yaml").write_text(text)
    problems = []
    with translation.override("en"):
        read_reasons(tmp_path, problems)
    assert problem in " ".join(problems)
    assert problems[0].startswith("ready_reasons.yaml")


def browser(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_keepers_of_the_catalogue_write_reasons_and_others_only_read(world):
    add = reverse("admin:procedures_readyreason_add")
    listed = reverse("admin:procedures_readyreason_changelist")
    keeper = make_person("quan-tri", world.province, Role.AGENCY_ADMIN, is_staff=True)
    given = {"use": "refusal", "text": "Không thuộc thẩm quyền.", "items": "", "position": "0"}
    assert browser(keeper).post(add, given).status_code == 302
    assert ReadyReason.objects.get().text == "Không thuộc thẩm quyền."
    assert browser(world.officer).get(listed).status_code == 200
    assert browser(world.officer).post(add, given).status_code == 403
    assert ReadyReason.objects.count() == 1
