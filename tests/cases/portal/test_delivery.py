"""Messages reach the portal in order, once, whatever it answers; a refusal stops one dossier (R45, R47)."""

import pytest
from django.utils import timezone

from cases import services
from cases.errors import NotPermitted, NotPossibleNow
from cases.models import ConnectionState, Dossier, PortalDossier, PortalMessage
from cases.portal.states import MessageState, PortalState
from cases.services import portal as service
from cases.services import portal_acts, portal_notes
from onestop.simulators.base import Fault
from onestop.simulators.portal import NotTaken
from procedures.enums import Role
from tests.cases.helpers import in_parallel, make_person
from tests.cases.portal.conftest import row, told
from tests.cases.test_poison import another, poisoned
from tests.cast import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english", "clock")]

EVERYTHING = [(kind, status) for status in (2, 4, 9, 10) for kind in ("dossier", "step")]
# Without a word of the protocol: tried again later. `REFUSE` and `SIGNED_OUT` have tests of their own.
BAD_ANSWERS = [
    Fault.AWAY,
    Fault.LATE,
    Fault.NEVER,
    Fault.HALF,
    Fault.ERROR,
    Fault.UNCLEAR,
    Fault.BUSY,
    Fault.HTML,
    Fault.NOT_THERE,
    Fault.STRANGER,
    Fault.CHARSET,
]


def history(portal, dossier) -> list[tuple[str, int]]:
    return portal.history.get(row(dossier).code, [])


def test_everything_is_sent_in_order(world, portal, deliver):
    dossier = world.returned()
    assert deliver() == service.PortalCounts(sent=8)
    assert history(portal, dossier) == told(dossier) == EVERYTHING
    found = row(dossier)
    assert (found.state, found.known_status, found.known_is_received) == (PortalState.ACCEPTED, 10, True)
    assert found.claimed_until is None
    assert deliver() == service.PortalCounts()


def test_the_first_message_is_new_and_those_after_it_are_updates(world, portal, deliver):
    dossier = world.receive()
    deliver()
    services.digitize(_scanned(world, dossier), by=world.clerk)
    services.start(dossier, by=world.officer)
    assert deliver() == service.PortalCounts(sent=2)
    assert history(portal, dossier) == EVERYTHING[:4]  # the portal refuses a wrong isUpdating


def test_an_applicant_that_cannot_be_read_keeps_nobody_else_waiting(world, portal, deliver):
    poison = poisoned(world.receive(applicant=another(world)))
    healthy = world.receive()
    assert deliver() == service.PortalCounts(sent=2, refused=1)
    assert history(portal, healthy) == EVERYTHING[:2]
    found = row(poison)
    assert (found.state, found.answer) == (
        PortalState.REFUSED,
        "Not sent: what is known of the applicant cannot be read.",
    )


def _scanned(world, dossier):
    world.scan(dossier)
    return dossier


@pytest.mark.parametrize("fault", BAD_ANSWERS)
@pytest.mark.parametrize("place", range(4))
def test_after_a_bad_answer_nothing_is_lost_and_nothing_comes_twice(
    world, portal, deliver, clock, fault, place
):
    """Whichever call goes wrong: the log-in, the look-up of the procedure, the dossier message or the step."""
    dossier = world.returned()
    _fail_at(portal, fault, place)
    first = deliver()
    assert first.failed == 1
    found = row(dossier)
    assert (found.state, found.attempts) == (PortalState.WAITING, 1)
    assert found.answer
    assert ConnectionState.objects.get(system="portal").failing_since is not None
    clock.move_to("2026-11-09 09:00:59")
    assert deliver() == service.PortalCounts()  # not before its minute is over
    clock.move_to("2026-11-09 09:01")
    assert first.sent + deliver().sent == 8
    assert history(portal, dossier) == EVERYTHING
    assert row(dossier).state == PortalState.ACCEPTED
    assert ConnectionState.objects.get(system="portal").failing_since is None


def _fail_at(portal, fault: Fault, place: int) -> None:
    """The fault is that of the answer after `place` right ones."""
    taken, left = portal.taken_fault, [place]

    def taken_fault(*among):
        if Fault.AWAY not in among:
            return taken(*among)
        left[0] -= 1
        return fault if left[0] == -1 else None

    portal.taken_fault = taken_fault


def test_the_pauses_grow_and_then_stay_an_hour(world, portal, deliver, clock):
    dossier = world.receive()
    portal.set_fault(Fault.BUSY)
    pauses = []
    for _attempt in range(6):
        deliver()
        found = row(dossier)
        pauses.append(round((found.next_attempt_at - timezone.now()).total_seconds() / 60))
        clock.move_to(f"{timezone.localtime(found.next_attempt_at):%Y-%m-%d %H:%M:%S}")
    assert pauses == [1, 5, 15, 60, 60, 60]
    portal.set_fault(None)
    assert deliver().sent == 2


def test_a_portal_that_is_away_is_left_alone_for_the_rest_of_the_run(world, portal, deliver):
    for _number in range(5):
        world.receive()
    portal.set_fault(Fault.BUSY)
    assert deliver() == service.PortalCounts(failed=3)
    assert PortalDossier.objects.filter(attempts=0).count() == 2
    assert not PortalDossier.objects.exclude(claimed_until=None).exists()


def test_one_message_that_makes_the_portal_stumble_holds_up_no_other(world, portal, deliver):
    first, second = world.receive(), world.receive()
    _fail_at(portal, Fault.ERROR, 2)
    assert deliver() == service.PortalCounts(failed=1, sent=2)
    assert {row(first).state, row(second).state} == {PortalState.WAITING, PortalState.ACCEPTED}


def test_a_session_that_is_over_is_opened_again_and_the_message_sent_once_more(world, portal, deliver):
    dossier = world.returned()
    _fail_at(portal, Fault.SIGNED_OUT, 2)
    assert deliver() == service.PortalCounts(sent=8)
    assert history(portal, dossier) == EVERYTHING
    assert len(portal.sessions) >= 1


def test_a_wrong_password_is_no_refusal_of_a_message(world, portal, deliver, settings):
    settings.PORTAL_PASSWORD = "sai"
    dossier = world.receive()
    deliver()
    assert row(dossier).state == PortalState.WAITING
    assert row(dossier).answer == "The portal does not sign us in (code 1): Sai tài khoản hoặc mật khẩu"


# Refusals -------------------------------------------------------------------------------------------


def refused(world, portal, deliver, dossier) -> PortalDossier:
    """Its dossier message is refused."""
    _fail_at(portal, Fault.REFUSE, 2)
    deliver()
    return row(dossier)


def test_a_refusal_waits_for_a_person_with_the_words_of_the_portal(world, portal, deliver, clock):
    dossier = world.returned()
    found = refused(world, portal, deliver, dossier)
    assert found.state == PortalState.REFUSED
    assert found.answer_code == "99"
    assert found.answer == "Code 99: Dữ liệu không hợp lệ (giả lập)"
    assert ConnectionState.objects.get(system="portal").failing_since is None  # it answers
    clock.move_to("2026-11-20 09:00")
    assert deliver() == service.PortalCounts()


def test_a_refused_question_about_the_procedure_is_a_refusal_too(world, portal, deliver):
    first, second = world.receive(), world.receive()
    _fail_at(portal, Fault.REFUSE, 1)
    assert deliver() == service.PortalCounts(sent=2, refused=1)
    assert (row(first).state, row(second).state) == (PortalState.REFUSED, PortalState.ACCEPTED)
    assert row(first).answer_code == "99"


def test_a_refused_question_whether_it_is_known_is_a_refusal_too(world, portal, deliver):
    dossier = world.receive()
    PortalDossier.objects.update(must_ask=True)
    _fail_at(portal, Fault.REFUSE, 1)
    assert deliver() == service.PortalCounts(refused=1)
    assert (row(dossier).state, row(dossier).must_ask) == (PortalState.REFUSED, True)


@pytest.mark.parametrize("words", ["Phiên bản thủ tục không hợp lệ", "Token không đúng"])
def test_words_that_sound_like_a_session_are_a_refusal_after_a_new_login(world, portal, deliver, words):
    dossier = world.receive()

    def take(one, wanted):
        raise NotTaken(words)

    portal._take_dossier = take
    assert deliver() == service.PortalCounts(refused=1)
    assert row(dossier).state == PortalState.REFUSED
    assert words in row(dossier).answer


def test_a_refusal_stops_the_later_ones_of_the_same_dossier_only(world, portal, deliver):
    first, second = world.receive(), world.receive()
    refused(world, portal, deliver, first)
    assert (row(first).state, row(second).state) == (PortalState.REFUSED, PortalState.ACCEPTED)
    services.start(services.digitize(_scanned(world, first), by=world.clerk), by=world.officer)
    assert deliver() == service.PortalCounts()
    assert history(portal, first) == []


@pytest.fixture
def keeper(world):
    return make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True)


def test_sent_again_by_a_person_it_goes_on_in_order(world, portal, deliver, keeper):
    dossier = world.returned()
    portal_acts.send_again(refused(world, portal, deliver, dossier).code, by=keeper)
    assert deliver() == service.PortalCounts(sent=8)
    assert history(portal, dossier) == EVERYTHING


def test_all_that_was_refused_is_sent_again_and_what_is_parked_stays(world, portal, deliver, keeper):
    first, second = world.receive(), world.receive()
    for dossier in (first, second):
        PortalDossier.objects.filter(dossier=dossier).update(state=PortalState.REFUSED, answer="99")
    portal_acts.park(row(second).code, by=keeper)
    assert portal_acts.send_all_again(by=keeper) == 1
    deliver()
    assert (row(first).state, row(second).state) == (PortalState.ACCEPTED, PortalState.PARKED)


def test_what_was_taken_is_neither_sent_again_nor_parked(world, portal, deliver, keeper):
    dossier = world.receive()
    deliver()
    for act in (portal_acts.send_again, portal_acts.park):
        with pytest.raises(NotPossibleNow):
            act(row(dossier).code, by=keeper)
        with pytest.raises(NotPermitted):
            act(row(dossier).code, by=world.supervisor)


# What is sent ---------------------------------------------------------------------------------------


def test_a_message_says_what_was_true_at_its_moment(world, portal, deliver, clock):
    """Sent a day late, the message about the reception knows nothing of the result."""
    dossier = world.receive(world.paid)
    seen = []
    taken = portal._take_dossier
    portal._take_dossier = lambda one, wanted: (seen.append(dict(one)), taken(one, wanted))
    clock.move_to("2026-11-10 09:00")
    services.start(services.digitize(_scanned(world, dossier), by=world.clerk), by=world.officer)
    services.pay(dossier, by=world.clerk, amount=Dossier.objects.get(pk=dossier.pk).balance, method="cash")
    clock.move_to("2026-11-11 09:00")
    world.record_result(dossier)
    deliver()
    reception, started, finished = seen
    assert (reception["TrangThaiHoSo"], started["TrangThaiHoSo"], finished["TrangThaiHoSo"]) == (
        "2",
        "4",
        "9",
    )
    assert reception["NgayKetThucXuLy"] == started["NgayKetThucXuLy"] == ""
    assert finished["NgayKetThucXuLy"] == "20261111090000"
    assert reception["TaiLieuNop"] == []
    assert len(finished["TaiLieuNop"]) == 1
    assert len(finished["DanhSachGiayToKetQua"]) == 1
    assert reception["NgayTiepNhan"] == "20261109090000"
    assert reception["NgayHenTra"] == "20261112170000"
    assert reception["ChuHoSo"] == "Nguyễn Thị Ví Dụ"
    assert reception["DinhDanhCHS"] == [{"LoaiDinhDanh": "1", "SoDinhDanh": "040000000001"}]
    assert reception["DanhSachLePhi"][0]["Gia"] == str(Dossier.objects.get(pk=dossier.pk).fee_total)


def test_a_step_names_who_did_what_and_when(world, portal, deliver):
    seen = []
    taken = portal._take_step
    portal._take_step = lambda one, wanted: (seen.append(dict(one)), taken(one, wanted))
    dossier = world.processing()
    deliver()
    assert seen[1] == {
        "MaHoSo": dossier.code,
        "NguoiXuLy": "Phạm Văn Thụ Lý",
        "ChucDanh": "",
        "ThoiDiemXuLy": "20261109090000",
        "PhongBanXuLy": "UBND phường Thử Nghiệm",
        "NoiDungXuLy": "Phạm Văn Thụ Lý đã nhận xử lý.",
        "TrangThai": "4",
        "NgayBatDau": "20261109090000",
        "NgayKetThucTheoQuyDinh": "20261112170000",
    }


def test_nothing_about_people_is_kept_in_the_outbox(world, portal, deliver):
    world.returned()
    deliver()
    kept = " ".join(str(vars(message)) for message in PortalMessage.objects.all())
    assert "Ví Dụ" not in kept
    assert "040000000001" not in kept


def test_a_procedure_that_the_portal_does_not_know_is_held_back(world, portal, deliver, monkeypatch):
    monkeypatch.setattr("cases.connections.portal.client.Portal.procedure", lambda self, code: None)
    dossier = world.receive()
    deliver()
    assert row(dossier).state == PortalState.REFUSED
    code = world.free.code
    assert row(dossier).answer == f"Not sent: the portal knows no procedure {code}."


def test_a_message_without_a_due_date_is_held_back(world, portal, deliver):
    dossier = world.receive()
    PortalMessage.objects.filter(dossier=dossier).update(due_at=None)
    deliver()
    assert row(dossier).state == PortalState.REFUSED
    assert portal.calls["DongBoHoSoMC"] == 0


# Many at once ---------------------------------------------------------------------------------------


def test_many_dossiers_go_in_one_call(world, portal, deliver, settings):
    settings.PORTAL_BATCH = 10
    dossiers = [world.receive() for _number in range(3)]
    assert deliver() == service.PortalCounts(sent=6)
    assert (portal.calls["DongBoHoSoMC"], portal.calls["CapNhatTienDoHoSoMC"]) == (1, 1)
    assert {row(dossier).state for dossier in dossiers} == {PortalState.ACCEPTED}


def test_of_many_in_one_call_only_the_one_that_is_wrong_is_refused(world, portal, deliver, settings):
    settings.PORTAL_BATCH = 10
    first, second, third = (world.receive() for _number in range(3))
    taken = portal._take_dossier

    def take(one, wanted):
        if one["MaHoSo"] == second.code:
            raise NotTaken("Sai")
        taken(one, wanted)

    portal._take_dossier = take
    deliver()
    assert [row(one).state for one in (first, second, third)] == ["accepted", "refused", "accepted"]
    assert [history(portal, one) for one in (first, third)] == [EVERYTHING[:2]] * 2


def test_who_lost_the_lease_writes_nothing_down(world, portal):
    dossier = world.receive()
    (mine,) = service._claim()
    PortalDossier.objects.update(claimed_until=local("2026-11-09 10:00"))
    message = PortalMessage.objects.filter(dossier=dossier).first()
    assert portal_notes.note_sent([portal_notes.Item(mine, message, {}, b"{}")]) == []
    assert not PortalMessage.objects.filter(state=MessageState.SENT).exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_send_the_same_message(world, portal):
    portal.keeps_everything = True
    dossiers = [world.processing() for _number in range(6)]
    seen = []
    answer = portal.answer

    def counting(asked):
        wanted = asked.json()
        for one in wanted.get("data", []):
            seen.append((one["MaHoSo"], wanted["service"], one.get("TrangThai") or one["TrangThaiHoSo"]))
        return answer(asked)

    portal.answer = counting
    in_parallel([service.deliver_due] * 4, connections=4)
    assert len(seen) == len(set(seen)) == 24
    assert all(history(portal, dossier) == EVERYTHING[:4] for dossier in dossiers)


@pytest.mark.django_db(transaction=True)
def test_the_desk_works_on_while_the_portal_does_not_answer(world, portal):
    """A verb joins the queue of a dossier whose message hangs at the portal; it waits for nobody."""
    dossier = world.digitized()
    portal.set_fault(Fault.LATE)
    done = in_parallel(
        [service.deliver_due, lambda: services.start(dossier, by=world.officer)], connections=2
    )
    assert done[1].state == "processing"
    portal.set_fault(None)
    PortalDossier.objects.update(next_attempt_at=timezone.now(), claimed_until=None)
    service.deliver_due()
    assert history(portal, dossier) == EVERYTHING[:4]
