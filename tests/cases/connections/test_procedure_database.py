"""The procedure database: asked page by page with every fault, and a catalogue that goes out and comes in whole."""

import json
from datetime import date

import pytest
from django.core.management import call_command

from cases.connections.procedures import client, wire
from cases.connections.systems import System
from cases.errors import NotPermitted
from cases.models import ConnectionState
from cases.services import around, procedure_database
from cases.tasks import fetch_publication_decisions
from onestop.outside import OutsideError
from onestop.simulators.base import Fault, Reply, running
from onestop.simulators.procedures import ProcedureDatabase, decision, procedure
from procedures import record_words
from procedures.enums import ProposalState, Role
from procedures.models import Proposal
from procedures.records import OF_THE_DECISION
from procedures.seeds.keys import RECORD
from procedures.services import proposals
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
        Fault.NOT_THERE,
        Fault.STRANGER,
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


def test_a_refusal_keeps_nothing_says_why_and_heals(database):
    database.set_fault(Fault.REFUSE, 1)
    fetch_publication_decisions()
    state = ConnectionState.objects.get(system=System.PROCEDURES)
    assert (kinds(), "Từ chối" in state.last_failure, bool(state.failing_since)) == ([], True, True)
    fetch_publication_decisions()
    state.refresh_from_db()
    assert (kinds(), state.failing_since) == (FOUR, None)


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


@pytest.mark.parametrize("day", ["01/01/0001", "02/01/0001", "31/12/9999", "0001-01-01", "31/12/1989"])
@pytest.mark.parametrize("name", ["NgayHieuLucVanBan", "KhongNhanBanGiayTu"])
def test_a_day_of_a_text_that_cannot_be_right_is_said_so(database, name, day):
    """Deadlines are counted from it (R4): no day that the sender likes."""
    database.decisions[0]["ThuTuc"][0]["NoiDung"][name] = day
    assert procedure_database.fetch() == {"waiting": 3, "broken": 1}
    (row,) = Proposal.objects.filter(state=ProposalState.BROKEN)
    assert len(row.problems) == 1
    assert "is no day that can be right" in row.problems[0]
    assert not any("text_effective_on" in problem for problem in row.problems)  # in the words of people


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
        {"MaKetQua": "00", "QuyetDinh": [], "ConTro": None, "ConNua": True},
        {"MaKetQua": "00", "QuyetDinh": [], "ConTro": True},
        {"MaKetQua": "00", "QuyetDinh": [], "ConTro": "7\x00"},
        {"MaKetQua": "00", "QuyetDinh": [{"ThuTuc": [{}] * 2001}], "ConTro": "7"},
    ],
)
def test_an_answer_of_another_protocol_is_no_answer(database, answer, monkeypatch):
    monkeypatch.setattr(database, "answer", lambda _asked: Reply(body=answer))
    with pytest.raises(OutsideError):
        procedure_database.fetch()


def test_no_mark_on_the_last_page_is_none(database, monkeypatch):
    procedure_database.fetch()
    answer = {"MaKetQua": "00", "QuyetDinh": [], "ConTro": None, "ConNua": False}
    monkeypatch.setattr(database, "answer", lambda _asked: Reply(body=answer))
    assert procedure_database.fetch() == {}
    assert proposals.cursor() == "3"


def test_other_names_and_words_are_a_matter_of_configuration(database, settings):
    settings.PROCEDURES_NAMES = {"number": "SoVanBan"}
    settings.PROCEDURES_WORDS = {"change": {"abolished": "HUY_BO"}}
    row = decision("04/QĐ-VIDU", TODAY, TODAY, procedure("HUY_BO", "2.000908"), loaded=TODAY)
    row["SoVanBan"] = row.pop("SoQuyetDinh")
    database.decisions = [row]
    assert procedure_database.fetch() == {"waiting": 1}
    assert Proposal.objects.get().number == "04/QĐ-VIDU"


def test_what_was_read_wrongly_is_read_again_from_the_start(database, settings, capsys):
    settings.PROCEDURES_WORDS = {"change": {"abolished": "HUY_BO"}}
    assert procedure_database.fetch() == {"waiting": 3, "broken": 1}
    settings.PROCEDURES_WORDS = {}
    call_command("fetch_procedures", "--from-start")
    assert "Proposals: 1 new, 0 cannot be read, 3 known already." in capsys.readouterr().out
    assert [row for row in kinds() if row[2] != "outdated"] == FOUR


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


def test_every_part_of_a_record_has_a_name_there_and_one_for_people():
    """A new part of a version is exported, compared and shown, or it is named here."""
    for_readers = {name for name, key in RECORD.items() if key.column is None}
    assert set(RECORD) - for_readers - {"code"} - set(OF_THE_DECISION) == set(wire.CONTENT) - set(
        OF_THE_DECISION
    )
    assert [name for name in wire.CONTENT if not record_words.name(name)] == []
    assert len(set(wire.NAMES.values())) == len(wire.NAMES)
