"""Asking agencies of another installation: told with the event, in order, once, until there is a receipt (R20)."""

import json
import os
from datetime import time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from cases import services
from cases.connections.exchange import facts
from cases.connections.exchange.words import Kind, Sending
from cases.connections.systems import Health, System
from cases.errors import NotPermitted, NotPossibleNow
from cases.models import ConnectionState, Consultation, Document, ExchangeMessage
from cases.services import around, exchange, exchange_acts, exchange_taking
from cases.services.inner_deadlines import count_again
from onestop.demo.signing import connect_exchange
from onestop.outside import Garbled
from onestop.simulators.base import Fault, Reply, running
from onestop.simulators.exchange import UNIT, of_this_demo
from procedures.enums import Role
from procedures.models import Agency
from tests.cases.helpers import in_parallel, make_person
from tests.cast import local, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def dossier(world, exchange_partner):
    return world.processing()


def ask(world, dossier, question: str = "Xác minh", **more) -> Consultation:
    facts = {"agency": world.other_ward, "question": question, "working_hours": Decimal(16), **more}
    return services.consult(dossier, by=world.officer, kind="interlinked", **facts)


def later(**span):
    return time_machine.travel(timezone.now() + timedelta(**span), tick=False)


def kinds() -> list[tuple[str, str]]:
    return [(one.kind, one.state) for one in ExchangeMessage.objects.order_by("pk")]


def test_a_question_goes_with_all_that_is_needed_to_answer_it(world, dossier, exchange_partner):
    asked = ask(world, dossier)
    assert exchange.deliver_due() == {"delivered": 1}
    ((told, _hash, _at),) = exchange_partner.packages.values()
    said = facts.request_of(told)
    assert (told.kind, told.code, told.agency, told.sender_name) == (
        "request",
        dossier.code,
        "H41.102",
        "UBND phường Thử Nghiệm",
    )
    assert (said.text, said.due_at, said.working_hours, said.kind) == (
        "Xác minh",
        asked.due_at,
        Decimal(16),
        "interlinked",
    )
    assert (said.procedure_code, said.applicant_name, said.applicant_number) == (
        "1.000001",
        "Nguyễn Thị Ví Dụ",
        "040000000001",
    )
    row = ExchangeMessage.objects.get()
    assert (row.state, row.content, len(bytes(row.receipt)) > 1000) == (Sending.DELIVERED, None, True)


def test_agencies_of_this_installation_are_asked_here(world, dossier):
    ask(world, dossier, agency=world.centre)
    assert not ExchangeMessage.objects.exists()


def test_without_partners_nothing_is_written_or_sent(world, dossier, settings):
    settings.EXCHANGE_PARTNERS = {}
    ask(world, dossier)
    assert (ExchangeMessage.objects.count(), exchange.deliver_due()) == (0, {})
    (row,) = [one for one in around.all_connections() if one.system == System.EXCHANGE]
    assert row.health == Health.NOT_CONNECTED


def test_a_question_that_is_rolled_back_was_never_told(world, dossier, monkeypatch):
    monkeypatch.setattr("cases.services.consultations.tell_staff", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        ask(world, dossier)
    assert not ExchangeMessage.objects.exists()


def test_in_turn_the_second_goes_when_the_first_has_answered(world, dossier):
    first = ask(world, dossier)
    ask(world, dossier, "Xác minh tiếp", after=first)
    assert kinds() == [("request", "waiting")]
    services.answer_consultation(first, by=world.officer, answer="Công văn đã đến")
    assert [one.kind for one in ExchangeMessage.objects.order_by("pk")] == [
        "request",
        "withdrawal",
        "request",
    ]


def test_who_waits_no_more_says_so(world, dossier):
    ask(world, dossier)
    services.withdraw(dossier, by=world.clerk, reason="Đổi ý")
    assert kinds() == [("request", "waiting"), ("withdrawal", "waiting")]
    exchange.deliver_due()
    assert kinds() == [("request", "delivered"), ("withdrawal", "delivered")]


def test_a_result_ends_the_question_and_undoing_it_asks_again(world, dossier):
    ask(world, dossier)
    services.record_result(
        dossier, upload("ket-qua.pdf"), by=world.officer, number="12/KQ", signer="Trần Văn Lãnh Đạo"
    )
    services.undo(dossier, by=world.officer, reason="Nhầm hồ sơ")
    assert [one.kind for one in ExchangeMessage.objects.order_by("pk")] == [
        "request",
        "withdrawal",
        "request",
    ]
    assert len({one.ask for one in ExchangeMessage.objects.all()}) == 1


def test_a_new_calendar_tells_the_new_moment(world, dossier):
    asked = ask(world, dossier)
    world.other_ward.sessions.create(opens_at=time(8), closes_at=time(10))
    count_again(None)
    asked.refresh_from_db()
    last = ExchangeMessage.objects.latest("pk")
    assert (last.kind, last.content["ask"]["due_at"]) == (
        "request",
        timezone.localtime(asked.due_at).isoformat(),
    )


@pytest.mark.parametrize(
    "fault",
    [Fault.AWAY, Fault.ERROR, Fault.BUSY, Fault.HTML, Fault.SIGNED_OUT, Fault.HALF, Fault.UNCLEAR, Fault.CHARSET]
    + [Fault.NOT_THERE, Fault.STRANGER, Fault.WRONG, Fault.FORGED],
)  # fmt: skip
def test_whatever_goes_wrong_it_is_there_once_in_the_end(world, dossier, exchange_partner, fault):
    if fault == Fault.CHARSET:  # a ZIP file is no text; the simulator cannot write it otherwise
        exchange_partner.answer = lambda _asked: Reply(200, "biên nhận".encode("utf-16"), "text/plain")
    else:
        exchange_partner.set_fault(fault, 1)
    ask(world, dossier)
    assert exchange.deliver_due() == {"waiting": 1}
    row = ExchangeMessage.objects.get()
    assert (row.attempts, bool(row.reason), ConnectionState.objects.get().failures) == (1, True, 1)
    exchange_partner.__dict__.pop("answer", None)
    with later(seconds=90):
        assert exchange.deliver_due() == {"delivered": 1}
    assert len(exchange_partner.packages) == 1


@pytest.mark.parametrize("fault", [Fault.NEVER, Fault.LATE])
def test_an_answer_that_does_not_come_is_waited_for_no_longer_than_so(
    world, dossier, exchange_partner, settings, fault
):
    settings.EXCHANGE_SECONDS = 0.5
    exchange_partner.set_fault(fault, 1)
    ask(world, dossier)
    assert exchange.deliver_due() == {"waiting": 1}
    settings.EXCHANGE_SECONDS = 30
    with later(seconds=90):
        assert exchange.deliver_due() == {"delivered": 1}
    assert (len(exchange_partner.packages), len(exchange_partner.arrived)) == (1, 2)


def test_every_attempt_sends_the_same_whatever_has_changed_meanwhile(world, dossier, exchange_partner):
    exchange_partner.set_fault(Fault.UNCLEAR, 1)
    ask(world, dossier)
    exchange.deliver_due()
    dossier.applicant.full_name = "Trần Thị Khác"
    dossier.applicant.save()
    with later(seconds=90):
        assert exchange.deliver_due() == {"delivered": 1}


def test_a_refusal_waits_for_a_person_and_keeps_what_follows_in_order(world, dossier, exchange_partner):
    other = world.processing()
    exchange_partner.set_fault(Fault.REFUSE, 1)
    ask(world, dossier)
    services.withdraw(dossier, by=world.clerk, reason="Đổi ý")
    ask(world, other, "Hồ sơ khác")
    assert exchange.deliver_due() == {"refused": 1, "delivered": 1}
    assert kinds() == [("request", "refused"), ("withdrawal", "waiting"), ("request", "delivered")]
    row = ExchangeMessage.objects.earliest("pk")
    assert row.reason.startswith("It refuses: Chưa nối với hệ thống")
    assert (exchange.waiting().count, exchange.waiting().refused) == (1, 1)
    assert ConnectionState.objects.get().failing_since is None  # a refusal is an answer
    keeper = make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True)
    with pytest.raises(NotPermitted):
        exchange_acts.send_again(row, by=world.head)
    exchange_acts.park(row, by=keeper)
    assert exchange.deliver_due() == {}
    exchange_acts.send_again(row, by=keeper)
    assert exchange.deliver_due() == {"delivered": 2}
    with pytest.raises(NotPossibleNow):
        exchange_acts.send_again(row, by=keeper)


def test_a_day_without_the_other_side_parks_nothing(world, dossier, exchange_partner):
    exchange_partner.set_fault(Fault.AWAY)
    ask(world, dossier)
    for hours in range(0, 30, 3):
        with later(hours=hours):
            exchange.deliver_due()
    row = ExchangeMessage.objects.get()
    assert (row.state, row.attempts) == (Sending.WAITING, 10)
    exchange_partner.set_fault(None)
    with later(hours=31):
        assert exchange.deliver_due() == {"delivered": 1}


def test_a_file_that_is_gone_keeps_nobody_waiting(world, dossier):
    other = world.processing()
    ask(world, dossier)
    ask(world, other)
    Document.objects.filter(dossier=dossier).update(file="weg.pdf")
    assert exchange.deliver_due() == {"refused": 1, "delivered": 1}
    row = ExchangeMessage.objects.earliest("pk")
    assert row.reason == "Not sent: A file that belongs to it is not here any more."


def test_a_message_that_cannot_be_decrypted_keeps_nobody_waiting(world, dossier):
    ask(world, dossier)
    ask(world, world.processing())
    first = ExchangeMessage.objects.earliest("pk")
    with connection.cursor() as cursor:  # as after a key was lost
        cursor.execute(
            "UPDATE cases_exchangemessage SET content = overlay(content PLACING 'AAAAAAAA' FROM 30) WHERE id = %s",
            [first.pk],
        )
    assert exchange.deliver_due() == {"refused": 1, "delivered": 1}
    row = ExchangeMessage.objects.defer("content").get(pk=first.pk)
    assert (row.state, "cannot be read" in row.reason) == (Sending.REFUSED, True)


def test_files_that_are_too_large_together_are_said_to_be(world, dossier, settings):
    ask(world, dossier)
    settings.EXCHANGE_MAX_BYTES = 100
    assert exchange.deliver_due() == {"refused": 1}
    assert "larger than what one package may hold" in ExchangeMessage.objects.get().reason


def test_a_key_that_cannot_be_read_is_the_administrators_and_refuses_nothing(world, dossier, settings):
    ask(world, dossier)
    settings.EXCHANGE_PKCS12 = "/nowhere.p12"
    assert exchange.deliver_due() == {"waiting": 1}
    assert "cannot be read" in ExchangeMessage.objects.get().reason
    with pytest.raises(Garbled):
        exchange.probe("H41.102")


def test_a_worker_that_was_killed_loses_its_claim_after_a_while(world, dossier, monkeypatch):
    ask(world, dossier)
    monkeypatch.setattr(exchange, "_sent", lambda _row: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        exchange.deliver_due()
    monkeypatch.undo()
    assert exchange.deliver_due() == {}
    with later(minutes=6):
        assert exchange.deliver_due() == {"delivered": 1}


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_sends(world, dossier, exchange_partner):
    ask(world, dossier)
    in_parallel([exchange.deliver_due] * 2, connections=2)
    assert (kinds(), len(exchange_partner.arrived)) == ([("request", "delivered")], 1)


def test_a_sign_of_life_is_of_the_one_that_is_meant(exchange_partner):
    exchange.probe("H41.102")
    exchange_partner.unit = "H99"
    with pytest.raises(Garbled, match="Another installation"):
        exchange.probe("H41.102")


def test_a_new_partner_is_knocked_at_once_by_itself(exchange_partner):
    assert exchange.deliver_due() == {}
    (row,) = [one for one in around.all_connections() if one.system == System.EXCHANGE]
    assert row.health == Health.WORKING
    exchange_partner.set_fault(Fault.BUSY)
    exchange.deliver_due()
    assert ConnectionState.objects.get().failing_since is None
    ConnectionState.objects.all().delete()
    exchange.deliver_due()
    assert ConnectionState.objects.get().failing_since


def test_the_answer_settles_the_question_as_of_its_own_moment(world, dossier, exchange_partner):
    asked = ask(world, dossier)
    exchange.deliver_due()
    ((told, _hash, _at),) = exchange_partner.packages.values()
    with later(hours=2):
        content = exchange_partner.answer_to(told)
    with later(days=7):
        exchange_taking.take(content)
        exchange_taking.take(content)
    asked.refresh_from_db()
    assert (asked.answer, asked.answered_at, asked.answered_by) == (
        "Đã rà soát hồ sơ, không có vướng mắc (trả lời giả lập).",
        local("2026-11-09 11:00"),
        None,
    )
    assert asked.punctuality == "early"
    assert kinds() == [("request", "delivered")]  # nobody is told of an answer that came from there
    event = dossier.events.latest("pk")
    assert (event.kind, event.actor_label) == ("consultation_answered", "UBND xã Ví Dụ")


def test_an_answer_nobody_waits_for_is_received_and_changes_nothing(world, dossier, exchange_partner):
    asked = ask(world, dossier)
    exchange.deliver_due()
    ((told, _hash, _at),) = exchange_partner.packages.values()
    services.answer_consultation(asked, by=world.officer, answer="Theo công văn")
    exchange_taking.take(exchange_partner.answer_to(told))
    asked.refresh_from_db()
    assert asked.answer == "Theo công văn"


def test_the_kinds_of_messages_are_three():
    assert set(Kind) - {Kind.RECEIPT} == {Kind.REQUEST, Kind.ANSWER, Kind.WITHDRAWAL}


def test_the_demo_makes_keys_by_which_it_and_the_simulated_installation_know_each_other(
    world, exchange_partner, settings, tmp_path, monkeypatch
):
    for name in ("UNIT", "PKCS12", "PASSPHRASE", "PARTNERS"):
        monkeypatch.setenv(f"EXCHANGE_{name}", "")
    dossier = world.processing()
    with time_machine.travel(timezone.now(), tick=False):
        assert connect_exchange(tmp_path / "demo", "H41.101", UNIT, "")
        (simulated,) = of_this_demo()
    simulated.now = timezone.now
    Agency.objects.filter(pk=world.other_ward.pk).update(identifier=UNIT)
    with running([simulated]) as server:
        settings.EXCHANGE_UNIT, settings.EXCHANGE_PKCS12 = "H41.101", os.environ["EXCHANGE_PKCS12"]
        settings.EXCHANGE_PASSPHRASE = os.environ["EXCHANGE_PASSPHRASE"]
        partners = json.loads(os.environ["EXCHANGE_PARTNERS"])
        settings.EXCHANGE_PARTNERS = {UNIT: {**partners[UNIT], "url": server.url("exchange")}}
        simulated.answer_url = ""
        asked = ask(world, dossier)
        assert exchange.deliver_due() == {"delivered": 1}
        ((told, _hash, _at),) = simulated.packages.values()
        exchange_taking.take(simulated.answer_to(told))
    asked.refresh_from_db()
    assert asked.answered_at
    assert not connect_exchange(tmp_path / "demo", "H41.101", UNIT, "")  # the environment names partners
