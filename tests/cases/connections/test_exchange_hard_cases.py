"""The exchange where something of our own fails, where both sides act at once, and where somebody gives up (R20)."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import services
from cases.connections.exchange import facts, package, signatures
from cases.errors import Invalid, NotPossibleNow
from cases.models import Consultation, ExchangeArrival, ExchangeMessage, IncomingRequest
from cases.services import exchange, exchange_acts, exchange_taking, virus_scan
from cases.services.exchange_answers import answer_request
from notifications.models import Message
from onestop.simulators.base import Fault
from procedures.enums import Role
from tests.cases.connections.test_exchange import ask, kinds, later
from tests.cases.connections.test_exchange_taking import INTAKE, packed, said, taken
from tests.cases.helpers import make_person
from tests.cast import pdf, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def known(world, exchange_partner):
    """This installation is that of ward H41.101."""
    return world


@pytest.fixture
def request_here(known) -> IncomingRequest:
    exchange_taking.take(packed())
    return IncomingRequest.objects.get()


@pytest.fixture
def keeper(known):
    return make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True)


def scanner_away(*_arguments):
    raise virus_scan.ScannerAway


def test_while_our_scanner_is_away_nothing_is_refused(known, client, settings, monkeypatch):
    settings.CLAMD, settings.CLAMD_REQUIRED = "tcp://127.0.0.1:1", True
    monkeypatch.setattr(virus_scan, "scan", scanner_away)
    content = packed()
    answer = client.post(INTAKE, data=content, content_type="application/zip")
    assert (answer.status_code, ExchangeArrival.objects.count()) == (503, 0)
    monkeypatch.setattr(virus_scan, "scan", lambda _content: "")
    assert taken(content) == ("taken", "")


def test_where_nothing_is_exchanged_no_package_is_read(client, settings, monkeypatch):
    settings.EXCHANGE_PARTNERS = {}
    monkeypatch.setattr("cases.api.parsers.PackageParser.parse", lambda *_, **__: 1 / 0)
    assert client.post(INTAKE, data=b"PK", content_type="application/zip").status_code == 403


def test_the_files_of_a_stranger_are_not_read(known, monkeypatch):
    content = packed(unit="H29")
    monkeypatch.setattr(package, "read", lambda *_: 1 / 0)
    with pytest.raises(package.BadPackage, match="not known here"):
        exchange_taking.take(content)


@pytest.mark.parametrize("error", [AssertionError, NotImplementedError])
def test_whatever_the_library_stumbles_over_is_no_signature(known, monkeypatch, error):
    def stumble(*_arguments):
        raise error

    monkeypatch.setattr(signatures, "validate_sig_integrity", stumble)
    with pytest.raises(package.BadPackage) as refused:
        exchange_taking.take(packed())
    assert refused.value.code == "bad_signature"


@pytest.mark.parametrize(("name", "kept"), [("..", "nameless"), ("a/", "a"), ("../../x.pdf", "x.pdf")])
def test_a_file_is_called_as_files_may_be(known, name, kept):
    assert taken(packed(said(files=[{"path": "files/001.pdf", "name": name}]))) == ("taken", "")
    assert IncomingRequest.objects.get().files.get().name == kept


@pytest.mark.parametrize("hours", ["0.001", "99999.999", "1E-300"])
def test_hours_that_round_to_none_or_too_many_are_refused(known, hours):
    asked = said()["ask"]
    outcome, reason = taken(packed(said(ask={**asked, "working_hours": hours})))
    assert (outcome, "“working_hours”" in reason) == ("refused", True)


def test_asked_again_for_before_it_was_asked_is_refused(request_here):
    earlier = {
        **said()["ask"],
        "asked_at": "2026-11-02T08:00:00+07:00",
        "due_at": "2026-11-03T08:00:00+07:00",
    }
    outcome, reason = taken(packed(said(ask=earlier)))
    assert (outcome, "“due_at”" in reason) == ("refused", True)


def test_asked_again_brings_what_was_added_and_tells_who_answers(request_here):
    before = Message.objects.count()
    again = said(
        ask={**said()["ask"], "due_at": "2026-11-11T08:00:00+07:00"},
        files=[
            {"path": "files/001.pdf", "name": "to-khai.pdf"},
            {"path": "files/002.pdf", "name": "bo-sung.pdf"},
        ],
    )
    files = {"files/001.pdf": pdf(3), "files/002.pdf": pdf(4)}
    assert taken(packed(again, files=files)) == ("taken", "")
    assert [one.name for one in request_here.files.order_by("pk")] == ["to-khai.pdf", "bo-sung.pdf"]
    assert Message.objects.count() == before + 2  # the supervisors of the ward


def test_an_answer_that_came_between_a_result_and_its_undoing_is_told_again(request_here, known):
    answer_request(request_here, by=known.officer, answer="Đúng")
    row = ExchangeMessage.objects.get()
    receipt = facts.ReceiptFacts(row.uuid, "0" * 64, "too_late", timezone.now(), "")
    exchange.delivered(row, b"receipt", receipt)
    assert taken(packed(said())) == ("taken", "")
    assert kinds() == [("answer", "delivered"), ("answer", "waiting")]
    assert ExchangeMessage.objects.latest("pk").content["answer"]["text"] == "Đúng"
    assert taken(packed(said())) == ("too_late", "")
    assert ExchangeMessage.objects.count() == 2


def test_the_same_answer_settles_what_is_open_again(world, exchange_partner):
    dossier = world.processing()
    asked = ask(world, dossier)
    exchange.deliver_due()
    ((told, _hash, _at),) = exchange_partner.packages.values()
    answer = exchange_partner.answer_to(told)
    services.record_result(
        dossier, upload("ket-qua.pdf"), by=world.officer, number="12/KQ", signer="Trần Văn Lãnh Đạo"
    )
    assert taken(answer) == ("too_late", "")
    services.undo(dossier, by=world.officer, reason="Nhầm hồ sơ")
    assert taken(answer) == ("taken", "")
    asked.refresh_from_db()
    assert asked.answered_at


def test_what_is_given_up_keeps_nothing_back(world, exchange_partner, keeper, client):
    dossier = world.processing()
    exchange_partner.set_fault(Fault.REFUSE, 1)
    ask(world, dossier)
    services.withdraw(dossier, by=world.clerk, reason="Đổi ý")
    assert exchange.deliver_due() == {"refused": 1}
    row = ExchangeMessage.objects.earliest("pk")
    with pytest.raises(Invalid):
        exchange_acts.give_up(row, by=keeper, reason=" ")
    client.force_login(keeper)
    page = reverse("admin:exchange")
    client.post(reverse("admin:exchange_give_up", args=[row.pk]), {"reason": "Đã gọi điện"})
    row.refresh_from_db()
    assert (row.state, row.reason, row.given_up_by) == ("given_up", "Đã gọi điện", keeper)
    assert "Đã gọi điện" in client.get(page).content.decode()
    assert exchange.waiting().refused == 0
    with pytest.raises(NotPossibleNow, match="for good"):
        exchange_acts.send_again(row, by=keeper)
    assert exchange.deliver_due() == {"delivered": 1}


def test_a_partner_that_hung_rests_while_the_others_are_served(world, exchange_partner, settings, keeper):
    settings.EXCHANGE_PARTNERS = {**settings.EXCHANGE_PARTNERS, "H41.101x": {"url": "", "certificate": "x"}}
    exchange_partner.set_fault(Fault.BUSY, 1)
    ask(world, world.processing())
    ask(world, world.processing())
    assert exchange.deliver_due() == {"waiting": 1}
    assert exchange.deliver_due() == {}
    assert exchange_acts.last_faults() == {"H41.102": "It is busy and takes nothing now (HTTP 503)."}
    with later(seconds=61):
        assert exchange.deliver_due() == {"delivered": 2}


def test_a_question_is_no_longer_than_the_other_side_takes(world, exchange_partner):
    dossier = world.processing()
    with pytest.raises(Invalid) as refused:
        ask(world, dossier, "a" * 20_001)
    assert (refused.value.code, Consultation.objects.count()) == ("too_long", 0)


def test_every_request_can_be_opened_and_what_was_answered_is_listed(request_here, known, client):
    client.force_login(known.officer)
    for number in range(50):
        request_here.pk, request_here.uuid, request_here.code = None, uuid.uuid4(), f"H41.102-{number}"
        request_here.due_at += timedelta(minutes=1)
        request_here.save(force_insert=True)
    page = reverse("admin:questions")
    assert "H41.102-49" not in client.get(page).content.decode()
    assert "H41.102-49" in client.get(page, {"theirs": 2}).content.decode()
    answer_request(request_here, by=known.officer, answer="Đúng")
    assert "H41.102-49" in client.get(page, {"answered": 1}).content.decode()
