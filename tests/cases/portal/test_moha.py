"""The variant of MOHA: the same outbox and order over six other calls, whatever they answer (portal-sync §6)."""

import pytest
from django.utils import timezone

from cases import services
from cases.connections.portal.moha import MohaPortal as Client
from cases.errors import NotPossibleNow
from cases.models import PortalDossier
from cases.portal.moha import iso
from cases.portal.states import MessageState, PortalState
from cases.portal.wire import written
from cases.services import portal as service
from cases.services import portal_compare
from onestop.simulators.base import Fault, Reply, running
from onestop.simulators.portal_moha import MohaPortal
from procedures.enums import Role
from tests.cases.helpers import make_person
from tests.cases.portal.conftest import row, told
from tests.cases.portal.test_delivery import EVERYTHING
from tests.cases.portal.test_outbox import _extended as extended

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english", "clock")]


@pytest.fixture
def moha(settings):
    with running([MohaPortal()]) as server:
        url = server.url("portal_moha")
        settings.PORTAL_VARIANT = "moha"
        settings.PORTAL_URL, settings.PORTAL_LOGIN_URL = url, f"{url}/token"
        settings.PORTAL_USERNAME, settings.PORTAL_PASSWORD = MohaPortal.CLIENT_ID, MohaPortal.CLIENT_SECRET
        settings.PORTAL_APPLICANT_KINDS = {"citizen": "0", "organisation": "1", "business": "1"}
        settings.PORTAL_READ_SECONDS = 0.5
        yield server["portal_moha"]


def later() -> None:
    PortalDossier.objects.update(next_attempt_at=timezone.now(), claimed_until=None)


def test_the_whole_life_of_a_dossier_arrives(world, moha):
    dossier = world.returned()
    assert service.deliver_due() == service.PortalCounts(sent=8)
    found = row(dossier)
    assert (found.state, found.code_is_theirs) == (PortalState.ACCEPTED, True)
    assert found.code in moha.codes
    assert moha.history[found.code] == told(dossier) == EVERYTHING
    created = moha.dossiers[found.number_there]
    assert (created["MaTTHC"], created["LoaiDoiTuong"], created["MaDonViTiepNhan"]) == (
        world.free.code,
        "0",
        world.ward.identifier,
    )
    assert created["ThongTinNguoiNop"]["ThongTinChiTiet"]["SoDinhDanh"] == world.applicant.id_number
    assert service.deliver_due() == service.PortalCounts()


def test_files_are_uploaded_once_and_named_by_their_numbers_there(world, moha):
    dossier = world.returned()
    service.deliver_due()
    documents = {str(key) for key in dossier.documents.values_list("pk", flat=True)}
    assert set(row(dossier).files_there) <= documents
    (finished,) = [one for kind, one in moha.told if kind == "dossier" and one["TrangThai"] == "9"]
    assert finished["DanhSachGiayToKetQua"][0]["IdTepTin"] in moha.files
    assert len(moha.files) == len(row(dossier).files_there)


def test_moments_are_iso_in_steps_and_14_digits_at_creation(world, moha):
    dossier = world.receive()
    service.deliver_due()
    assert moha.dossiers[row(dossier).number_there]["NgayTiepNhan"] == "20261109090000"
    (step,) = [one for kind, one in moha.told if kind == "step"]
    assert step["ThoiDiemXuLy"] == "2026-11-09T09:00:00.000+07:00"
    assert step["NgayKetThucTheoQuyDinh"].endswith(".000+07:00")


def test_a_new_due_date_is_told_as_a_step(world, moha):
    dossier = extended(world)
    service.deliver_due()
    last = [one for kind, one in moha.told if kind == "step"][-1]
    assert last["NgayKetThucTheoQuyDinh"] == iso(written(dossier.due_at))
    assert row(dossier).state == PortalState.ACCEPTED


@pytest.mark.parametrize("fault", [Fault.NEVER, Fault.HALF, Fault.UNCLEAR, Fault.CHARSET])
def test_a_lost_answer_of_create_creates_no_second_one(world, moha, monkeypatch, fault):
    """The code that was asked first is kept, and the dossier is created under it again."""
    dossier = world.receive()
    create = Client.create

    def lost(client, content):
        moha.set_fault(fault, 1)
        return create(client, content)

    monkeypatch.setattr(Client, "create", lost)
    assert service.deliver_due() == service.PortalCounts(failed=1)
    before = row(dossier)
    assert (before.code in moha.codes, before.number_there) == (True, "")
    monkeypatch.setattr(Client, "create", create)
    later()
    assert service.deliver_due() == service.PortalCounts(sent=2)
    assert (row(dossier).code, len(moha.codes), len(moha.dossiers)) == (before.code, 1, 1)
    assert row(dossier).number_there == moha.numbers[before.code]


@pytest.mark.parametrize(
    "fault",
    [
        Fault.AWAY,
        Fault.BUSY,
        Fault.HTML,
        Fault.NOT_THERE,
        Fault.STRANGER,
        Fault.ERROR,
        Fault.HALF,
        Fault.CHARSET,
    ],
)
def test_whatever_is_answered_it_arrives_once_in_the_end(world, moha, fault):
    dossier = world.returned()
    moha.set_fault(fault, 2)
    service.deliver_due()
    for _run in range(3):
        later()
        service.deliver_due()
    assert moha.history[row(dossier).code] == EVERYTHING
    assert len(moha.dossiers) == 1


def test_a_token_that_runs_out_is_renewed(world, moha):
    moha.TOKEN_SECONDS = 0.000001
    dossier = world.receive()
    assert service.deliver_due().sent == 2
    assert len(moha.tokens) > 1
    moha.TOKEN_SECONDS = 3600
    other = world.receive()
    moha.set_fault(Fault.SIGNED_OUT, 1)
    service.deliver_due()
    later()
    service.deliver_due()
    assert {row(one).state for one in (dossier, other)} == {PortalState.ACCEPTED}


def test_http_200_with_another_code_is_a_refusal_of_this_dossier_only(world, moha, monkeypatch):
    refused, fine = world.receive(), world.receive()
    create = Client.create

    def first_is_refused(client, content):
        if not moha.dossiers and moha.fault is None and row(refused).state == PortalState.WAITING:
            moha.set_fault(Fault.REFUSE, 1)
        return create(client, content)

    monkeypatch.setattr(Client, "create", first_is_refused)
    assert service.deliver_due() == service.PortalCounts(sent=2, refused=1)
    assert row(refused).state == PortalState.REFUSED
    assert row(refused).answer == "Code 99: Dữ liệu không hợp lệ (giả lập)"
    assert row(fine).state == PortalState.ACCEPTED


def test_a_wrong_secret_is_said_so(world, moha, settings):
    settings.PORTAL_PASSWORD = "sai"
    dossier = world.receive()
    assert service.deliver_due().failed == 1
    assert "does not sign us in (code 401)" in row(dossier).answer


def test_an_answer_about_another_dossier_is_none(world, moha):
    dossier = world.receive()
    moha.set_fault(Fault.WRONG)
    assert service.deliver_due().failed == 1
    assert row(dossier).answer == "The portal answered about another dossier."


def test_a_code_that_another_dossier_has_is_not_taken(world, moha, monkeypatch):
    first, second = world.receive(), world.receive()
    monkeypatch.setattr(Client, "next_code", lambda client, identifier: "H41.101-20261109-0000001")
    moha.codes.add("H41.101-20261109-0000001")
    service.deliver_due()
    assert row(first).code != row(second).code
    assert row(second).answer == "The portal gave out a code that another dossier has."


def test_what_cannot_be_asked_is_not_compared(world, moha):
    dossier = world.receive()
    service.deliver_due()
    assert portal_compare.compare_lately_told() == portal_compare.CompareCounts()
    PortalDossier.objects.update(state=PortalState.REFUSED, answer="x")
    keeper = make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True)
    with pytest.raises(NotPossibleNow, match="says nothing of its dossiers"):
        portal_compare.bring_up_to_date(row(dossier).code, by=keeper)


def test_what_another_portal_knew_until_now_is_created_here_first(world, deliver, request):
    """The variant is switched while dossiers are under way: whatever is told next, nothing stops the others."""
    step, later_status = world.receive(), world.digitized()
    deliver()
    last = step.portal_messages.filter(kind="step")
    last.update(state=MessageState.WAITING, sent_at=None, content_hash="")
    PortalDossier.objects.filter(dossier=step).update(state=PortalState.WAITING)
    services.start(later_status, by=world.officer)
    moha = request.getfixturevalue("moha")
    fresh_one = world.receive()
    assert service.deliver_due() == service.PortalCounts(sent=3, refused=1)
    assert moha.history[row(step).code] == [("dossier", 2), ("step", 2)]
    assert row(step).number_there == moha.numbers[row(step).code]
    assert moha.history[row(fresh_one).code] == [("dossier", 2), ("step", 2)]
    # There a dossier cannot begin in the middle; that is for a person.
    assert (row(later_status).state, row(later_status).answer_code) == (PortalState.REFUSED, "400")


def test_a_new_due_date_of_what_another_portal_knew_stops_nobody(world, deliver, request):
    dossier = extended(world)
    deliver()
    PortalDossier.objects.update(state=PortalState.WAITING)
    dossier.portal_messages.filter(number=5).update(state=MessageState.WAITING, sent_at=None, content_hash="")
    request.getfixturevalue("moha")
    assert service.deliver_due() == service.PortalCounts(refused=1)
    assert row(dossier).number_there == ""


@pytest.mark.parametrize("status", [400, 401, 404])
def test_who_is_not_signed_in_had_no_dossier_refused(world, moha, monkeypatch, status):
    monkeypatch.setattr(moha, "_token", lambda asked: Reply(status, {"error": "invalid_client"}))
    dossier = world.receive()
    assert service.deliver_due() == service.PortalCounts(failed=1)
    assert row(dossier).state == PortalState.WAITING
    assert f"HTTP {status}" in row(dossier).answer


@pytest.mark.parametrize("status", [404, 405])
@pytest.mark.parametrize("call", ["_next_code", "_create", "_status"])
def test_a_call_that_is_not_there_refuses_no_dossier(world, moha, monkeypatch, call, status):
    monkeypatch.setattr(moha, call, lambda told: Reply(status, {"message": "Not Found"}))
    dossier = world.receive()
    assert service.deliver_due() == service.PortalCounts(failed=1)
    assert row(dossier).state == PortalState.WAITING


def test_a_no_with_http_400_is_one_to_this_dossier(world, moha, monkeypatch):
    said = {"code": 200, "message": "Dữ liệu không hợp lệ", "data": {"idHoSo": "HS1"}}
    monkeypatch.setattr(moha, "_create", lambda told: Reply(400, said))
    dossier = world.receive()
    assert service.deliver_due() == service.PortalCounts(refused=1)
    assert row(dossier).answer == "Code 200: Dữ liệu không hợp lệ"


@pytest.mark.parametrize("with_code", [True, False])
def test_that_it_exists_may_be_said_with_http_409(world, moha, monkeypatch, with_code):
    dossier = world.receive()
    service.deliver_due()
    number = row(dossier).number_there
    PortalDossier.objects.update(number_there="", known_status=None, state=PortalState.WAITING)
    dossier.portal_messages.update(state=MessageState.WAITING, sent_at=None, content_hash="")
    create = moha._create

    def exists(told):
        body = dict(create(told).body)
        if not with_code:
            del body["code"]
        return Reply(409, body)

    monkeypatch.setattr(moha, "_create", exists)
    assert service.deliver_due().sent == 2
    assert row(dossier).number_there == number
