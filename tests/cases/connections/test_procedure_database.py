"""The procedure database: asked page by page with every fault, and a catalogue that goes out and comes in whole."""

import json
from datetime import date

import pytest

from cases.connections.procedures import client, wire
from cases.connections.systems import System
from cases.errors import Invalid, NotPermitted
from cases.models import ConnectionState
from cases.services import around, procedure_database
from cases.tasks import fetch_publication_decisions
from onestop.outside import OutsideError
from onestop.simulators.base import Fault, Reply, running
from onestop.simulators.procedures import ProcedureDatabase, decision, procedure
from procedures import proposed, record_words
from procedures.enums import ProposalState, Role, VersionStatus
from procedures.models import Procedure, ProcedureVersion, Proposal
from procedures.records import OF_THE_DECISION, record_of
from procedures.seeds.keys import RECORD
from procedures.services import proposals
from procedures.services.catalogue import load_catalogue
from tests.cases.helpers import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

TODAY = date(2026, 11, 9)  # of the clock of these tests


@pytest.fixture
def database(settings, english, world):
    """The simulated database with its seeds: four procedures in three decisions."""
    with running([ProcedureDatabase(today=TODAY)]) as server:
        settings.PROCEDURES_URL = server.url("procedures")
        settings.PROCEDURES_KEY = "key-of-the-simulator"
        settings.PROCEDURES_UNIT = "H40"
        yield server["procedures"]


@pytest.fixture
def keeper(world):
    return make_person("danh-muc", None, Role.SYSTEM_ADMIN, is_staff=True)


@pytest.fixture
def keeper_alone(db):
    return make_person("danh-muc", None, Role.SYSTEM_ADMIN, is_staff=True)


def kinds() -> list[tuple[str, str, str]]:
    return list(Proposal.objects.order_by("code").values_list("code", "kind", "state"))


FOUR = [
    ("1.004873", "amended", "waiting"),
    ("2.000927", "abolished", "waiting"),
    ("9.999901", "new", "waiting"),
    ("9.999902", "replaced", "waiting"),
]


def test_every_decision_is_asked_for_and_known_the_second_time(database):
    fetch_publication_decisions()
    assert kinds() == FOUR
    assert (database.asked[0]["MaDonVi"], proposals.cursor()) == ("H40", "3")
    assert procedure_database.fetch() == {}
    assert procedure_database.fetch(from_start=True) == {"known": 4}
    assert procedure_database.waiting().count == 4


def test_pages_go_on_where_they_broke_off(database, monkeypatch):
    monkeypatch.setattr(client, "PAGE", 1)
    procedure_database.fetch()
    assert (len(database.asked), kinds()) == (3, FOUR)
    database.decisions += [
        decision("04/QĐ-VIDU", TODAY, TODAY, procedure("BAI_BO", "2.000908"), loaded=TODAY),
        decision("05/QĐ-VIDU", TODAY, TODAY, procedure("BAI_BO", "2.000884"), loaded=TODAY),
    ]
    answer = database.answer

    def away_at_the_second(asked):
        return Reply(500) if asked.query["ConTro"] == "4" else answer(asked)

    with monkeypatch.context() as patched:
        patched.setattr(database, "answer", away_at_the_second)
        with pytest.raises(OutsideError):
            procedure_database.fetch()
    assert (proposals.cursor(), Proposal.objects.count()) == ("4", 5)
    procedure_database.fetch()
    assert (proposals.cursor(), Proposal.objects.count()) == ("5", 6)


@pytest.mark.parametrize(
    "fault",
    [
        Fault.AWAY,
        Fault.ERROR,
        Fault.BUSY,
        Fault.HTML,
        Fault.CHARSET,
        Fault.HALF,
        Fault.UNCLEAR,
        Fault.SIGNED_OUT,
    ],
)
def test_an_outage_keeps_nothing_says_why_and_heals(database, fault):
    database.set_fault(fault, 1)
    fetch_publication_decisions()
    state = ConnectionState.objects.get(system=System.PROCEDURES)
    assert (kinds(), bool(state.last_failure), bool(state.failing_since)) == ([], True, True)
    fetch_publication_decisions()
    state.refresh_from_db()
    assert (kinds(), state.failing_since) == (FOUR, None)


def test_a_refusal_is_an_answer_and_keeps_nothing(database):
    database.set_fault(Fault.REFUSE, 1)
    with pytest.raises(OutsideError, match="Từ chối"):
        procedure_database.fetch()
    assert kinds() == []


@pytest.mark.parametrize("fault", [Fault.LATE, Fault.NEVER])
def test_nobody_waits_for_an_answer_longer_than_so(database, fault):
    database.set_fault(fault, 1)
    with pytest.raises(OutsideError):
        procedure_database.fetch(seconds=0.5)
    assert procedure_database.fetch() == {"waiting": 4}


@pytest.mark.parametrize("fault", [Fault.TWICE, Fault.SHUFFLED])
def test_twice_and_in_another_order_is_the_same(database, fault):
    database.set_fault(fault, 1)
    procedure_database.fetch()
    assert kinds() == FOUR


def test_a_decision_without_a_code_holds_up_no_other_one(database):
    database.set_fault(Fault.WRONG, 1)
    assert procedure_database.fetch() == {"waiting": 3, "broken": 1}
    assert procedure_database.waiting().refused == 1
    (row,) = Proposal.objects.filter(state=ProposalState.BROKEN)
    assert row.problems == ["The procedure has no code."]


ODD = [
    "no decision",
    None,
    7,
    [],
    {},
    {"SoQuyetDinh": "06/QĐ-VIDU", "ThuTuc": "none"},
    {"SoQuyetDinh": "07/QĐ-VIDU", "ThuTuc": ["none", None, {"MaTTHC": ["1.000001"], "NoiDung": "none"}]},
    {"SoQuyetDinh": "08\x00", "ThuTuc": [{"MaTTHC": "1.000001", "NoiDung": {"GhiChu": "\ud800"}}]},
]


def test_odd_decisions_are_kept_as_what_cannot_be_read(database, monkeypatch):
    deep: object = "x"
    for _ in range(60):
        deep = {"GhiChu": deep}
    odd = [*ODD, {"SoQuyetDinh": "09", "ThuTuc": [{"MaTTHC": "1.000001", "NoiDung": deep}]}]
    answer = json.dumps({"MaKetQua": "00", "QuyetDinh": odd, "ConTro": "9"})  # half a character as \ud800
    monkeypatch.setattr(database, "answer", lambda _asked: Reply(body=answer))
    counts = procedure_database.fetch()
    assert set(counts) == {"broken"}
    assert all(row.problems for row in Proposal.objects.all())
    assert procedure_database.fetch(from_start=True) == {"known": counts["broken"]}


@pytest.mark.parametrize(
    "answer",
    [
        {"MaKetQua": "00"},
        {"QuyetDinh": []},
        {"MaKetQua": "00", "QuyetDinh": [], "ConTro": "", "ConNua": True},
    ],
)
def test_an_answer_of_another_protocol_is_no_answer(database, answer, monkeypatch):
    monkeypatch.setattr(database, "answer", lambda _asked: Reply(body=answer))
    with pytest.raises(OutsideError):
        procedure_database.fetch()


def test_other_names_and_words_are_a_matter_of_configuration(database, settings):
    settings.PROCEDURES_NAMES = {"number": "SoVanBan"}
    settings.PROCEDURES_WORDS = {"change": {"abolished": "HUY_BO"}}
    row = decision("04/QĐ-VIDU", TODAY, TODAY, procedure("HUY_BO", "2.000908"), loaded=TODAY)
    row["SoVanBan"] = row.pop("SoQuyetDinh")
    database.decisions = [row]
    assert procedure_database.fetch() == {"waiting": 1}
    assert Proposal.objects.get().number == "04/QĐ-VIDU"


def test_without_configuration_nothing_is_asked(db, settings):
    settings.PROCEDURES_URL = ""
    fetch_publication_decisions()
    (shown,) = [one for one in around.all_connections() if one.system == System.PROCEDURES]
    assert (shown.is_configured, shown.waiting.count) == (False, 0)


def test_only_who_keeps_the_catalogue_fetches(database, world, keeper):
    for person in (world.clerk, world.officer, world.supervisor):
        with pytest.raises(NotPermitted):
            procedure_database.fetch_by_hand(by=person)
    assert procedure_database.fetch_by_hand(by=keeper) == {"waiting": 4}


def test_it_answers_a_sign_of_life(database, keeper):
    around.try_now(System.PROCEDURES, by=keeper)
    assert database.asked == []


def test_dossiers_that_keep_the_old_version_are_counted(world):
    world.receive(world.free)
    world.returned()
    version = world.free.versions.get()
    assert procedure_database.running_on(version) == 1


# Out and in again ----------------------------------------------------------------------------------------


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
    accepted, stay = procedure_database.accept_all(by=keeper)
    assert (stay, accepted["accepted"]) == ([], counts["waiting"])
    assert records() == catalogue
    assert json.loads(procedure_database.export_catalogue()) == json.loads(content)


def test_the_same_catalogue_again_changes_nothing(catalogue, keeper):
    content = procedure_database.export_catalogue().encode()
    procedure_database.take_message(content)
    assert procedure_database.take_message(content)["waiting"] == 0
    for proposal in Proposal.objects.all():
        assert not proposed.difference_of(proposal, proposed.base_of(proposal))


def test_one_procedure_goes_out_alone_and_drafts_never(catalogue, world):
    ProcedureVersion.objects.filter(procedure=world.free).update(status=VersionStatus.DRAFT)
    codes = [world.free.code, world.paid.code]
    (decision,) = json.loads(procedure_database.export_catalogue(codes))["QuyetDinh"]
    assert [one["MaTTHC"] for one in decision["ThuTuc"]] == [world.paid.code]


def test_a_procedure_that_ends_goes_out_with_its_end(catalogue, world, keeper):
    world.free.versions.update(in_force_to=date(2026, 12, 31))
    content = procedure_database.export_catalogue([world.free.code]).encode()
    empty_the_catalogue()
    procedure_database.take_message(content)
    procedure_database.accept_all(by=keeper)
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
    _counts, stay = procedure_database.accept_all(by=keeper_alone)
    lacking = [line for line in stay if "cannot be published without: legal basis" in line]
    assert (stay, len(lacking)) == (lacking, 4)
    drafts = ProcedureVersion.objects.filter(status=VersionStatus.DRAFT)
    assert records() | {one.procedure.code: record_of(one) for one in drafts} == before


def test_every_part_of_a_record_has_a_name_there_and_one_for_people():
    """A new part of a version is exported, compared and shown, or it is named here."""
    for_readers = {name for name, key in RECORD.items() if key.column is None}
    assert set(RECORD) - for_readers - {"code"} - set(OF_THE_DECISION) == set(wire.CONTENT) - set(
        OF_THE_DECISION
    )
    assert [name for name in wire.CONTENT if not record_words.name(name)] == []
    assert len(set(wire.NAMES.values())) == len(wire.NAMES)
