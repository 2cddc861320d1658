"""A catalogue that goes out in the form of the procedure database and comes in elsewhere is the same there."""

import json
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.errors import Invalid
from cases.services import procedure_database
from procedures import proposed
from procedures.enums import ProposalState, Role, VersionStatus
from procedures.models import Procedure, ProcedureVersion, Proposal
from procedures.records import content_of, record_of
from procedures.services.catalogue import load_catalogue
from tests.cases.helpers import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def keeper(world):
    return make_person("danh-muc", None, Role.SYSTEM_ADMIN, is_staff=True)


@pytest.fixture
def keeper_alone(db):
    return make_person("danh-muc", None, Role.SYSTEM_ADMIN, is_staff=True)


@pytest.fixture
def catalogue(world) -> dict[str, dict]:
    """The small world's procedures with more of what a version may say."""
    ProcedureVersion.objects.update(legal_basis=["Luật Ví Dụ"], order_of_steps_vi="Nộp; trả.")
    version = world.paid.versions.get()
    version.publication_decision, version.decision_signed_on = "7/QĐ-VIDU", date(2026, 1, 5)
    version.loaded_on, version.text_effective_on = date(2026, 1, 9), date(2026, 1, 30)
    version.excluded_periods = [{"name_vi": "Niêm yết công khai"}]
    version.answer_limits = [{"channel": "online", "amount": "4", "unit": "working_hour"}]
    version.extension_mode, version.extension_amount = "add", "1.5"
    version.extension_unit, version.note = "working_day", "Ghi chú <18 tuổi"
    version.has_form = True
    version.eform_schema = {
        "type": "object",
        "additionalProperties": False,
        "x-component": 0,
        "properties": {"born_on": {"type": "string", "format": "date", "title": "Ngày sinh"}},
    }
    version.save()
    paper = version.components.first()
    version.forms.create(name_vi="Mẫu 01", source_url="https://vidu.test/mau-01", component=paper)
    paper.result_of = world.free
    paper.save()
    return records()


def records() -> dict[str, dict]:
    return {
        one.procedure.code: record_of(one)
        for one in ProcedureVersion.objects.filter(status=VersionStatus.PUBLISHED, in_force_to=None)
    }


def empty_the_catalogue() -> None:
    """As another installation begins: agencies and people, and no procedure."""
    Proposal.objects.all().delete()
    ProcedureVersion.objects.all().delete()
    Procedure.objects.all().delete()


def test_a_catalogue_that_goes_out_and_comes_in_is_the_same(catalogue, keeper):
    content = procedure_database.export_catalogue().encode()
    empty_the_catalogue()
    counts = procedure_database.take_message(content)
    assert set(counts) == {"waiting"}
    assert records() == {}
    accepted, stay = procedure_database.accept_message(content, by=keeper)
    assert (stay, accepted["accepted"]) == ([], counts["waiting"])
    assert records() == catalogue
    assert json.loads(procedure_database.export_catalogue()) == json.loads(content)


def test_the_same_catalogue_again_changes_nothing(catalogue, keeper):
    content = procedure_database.export_catalogue().encode()
    procedure_database.take_message(content)
    assert procedure_database.take_message(content)["waiting"] == 0
    for proposal in Proposal.objects.all():
        assert not proposed.difference_of(proposal, proposed.base_of(proposal))


def test_what_was_removed_there_is_removed_here(catalogue, world, keeper):
    """A note, an extension and the address of a form are none on the other side, and say so."""
    ProcedureVersion.objects.update(
        publication_decision="8/QĐ-VIDU", decision_signed_on=date(2026, 1, 5), in_force_from=date(2026, 2, 1)
    )
    version = world.paid.versions.get()
    before = {
        one: getattr(version, one) for one in ("note", "extension_mode", "eform_schema", "excluded_periods")
    }
    assert all(before.values())
    version.components.update(required_when="khi nộp thay", name_en="Paper")
    ours = record_of(version)
    version.note, version.extension_mode, version.extension_amount = "", "", None
    version.extension_unit, version.eform_schema, version.excluded_periods = "", {}, []
    version.save()
    version.components.update(required_when="", name_en="")
    theirs = record_of(version)
    assert ours != theirs
    procedure_database.take_message(procedure_database.export_catalogue([world.paid.code]).encode())
    ProcedureVersion.objects.filter(pk=version.pk).update(
        **before, extension_amount="1.5", extension_unit="working_day", publication_decision="7/QĐ-VIDU"
    )
    version.components.update(required_when="khi nộp thay", name_en="Paper")
    proposal = Proposal.objects.get()
    found = proposed.proposed(proposal, proposed.base_of(proposal))
    assert content_of(found) == content_of(theirs)


def test_one_procedure_goes_out_alone_and_drafts_never(catalogue, world):
    ProcedureVersion.objects.filter(procedure=world.free).update(status=VersionStatus.DRAFT)
    codes = [world.free.code, world.paid.code]
    (decision,) = json.loads(procedure_database.export_catalogue(codes))["QuyetDinh"]
    assert [one["MaTTHC"] for one in decision["ThuTuc"]] == [world.paid.code]


def test_accepting_a_file_accepts_nothing_else_that_waits(catalogue, world, keeper):
    procedure_database.take_message(procedure_database.export_catalogue().encode())
    waited = procedure_database.waiting().count
    content = procedure_database.export_catalogue([world.paid.code]).encode()
    assert procedure_database.accept_message(content, by=keeper) == ({"accepted": 1}, [])
    assert Proposal.objects.get(state=ProposalState.ACCEPTED).code == world.paid.code
    assert procedure_database.waiting().count == waited - 1


def test_the_catalogue_asks_the_database_as_often_for_many_versions_as_for_one(catalogue, world):
    def asked(codes) -> int:
        with CaptureQueriesContext(connection) as queries:
            procedure_database.export_catalogue(codes)
        return len(queries)

    assert len(catalogue) > 1
    assert asked(None) == asked([world.paid.code])


def test_a_procedure_that_ends_goes_out_with_its_end(catalogue, world, keeper):
    world.free.versions.update(in_force_to=date(2026, 12, 31))
    content = procedure_database.export_catalogue([world.free.code]).encode()
    empty_the_catalogue()
    procedure_database.take_message(content)
    procedure_database.accept_message(content, by=keeper)
    assert ProcedureVersion.objects.get().in_force_to == date(2026, 12, 31)


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"[]", b"{}", "{}".encode("utf-16"), b'{"QuyetDinh": 1}']
)
def test_a_file_that_is_no_list_of_decisions_is_refused(db, content):
    with pytest.raises(Invalid):
        procedure_database.take_message(content)
    assert not Proposal.objects.exists()


def test_the_whole_real_catalogue_goes_out_and_comes_in(db, english, keeper_alone, settings):
    """What a publication left out stays a draft with all the rest: publishing asks for it here as anywhere (R1)."""
    load_catalogue(settings.BASE_DIR / "seeds")
    content = procedure_database.export_catalogue().encode()
    before = records()
    empty_the_catalogue()
    procedure_database.take_message(content)
    _counts, stay = procedure_database.accept_message(content, by=keeper_alone)
    lacking = [line for line in stay if "cannot be published without: legal basis" in line]
    assert (stay, len(lacking)) == (lacking, 4)
    drafts = ProcedureVersion.objects.filter(status=VersionStatus.DRAFT)
    assert records() | {one.procedure.code: record_of(one) for one in drafts} == before
