"""Packages and receipts that are carried as files: in order, for nobody else, each receipt for what was sent (R20)."""

import uuid

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from cases.connections.exchange import facts, package
from cases.models import ExchangeMessage, IncomingRequest
from cases.services import exchange, exchange_taking
from cases.services.exchange_answers import answer_request
from onestop.outside import Garbled, Refused
from onestop.simulators.base import Asked
from tests.cases.connections.test_exchange_taking import packed, receipt_of, said
from tests.exchange.keys import key
from tests.signing import FIRST, LAST

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def known(world, exchange_partner):
    """This installation is that of ward H41.101."""
    return world


@pytest.fixture
def request_here(known) -> IncomingRequest:
    exchange_taking.take(packed())
    return IncomingRequest.objects.get()


def test_packages_and_receipts_are_carried_as_files(request_here, known, tmp_path, exchange_partner, capsys):
    answer_request(request_here, by=known.officer, answer="Đúng")
    out, back = tmp_path / "out", tmp_path / "back"
    out.mkdir()
    back.mkdir()
    call_command("exchange", export=out)
    call_command("exchange", export=out)  # the same once more, under the same name
    (file,) = out.iterdir()
    reply = exchange_partner.answer(Asked("POST", "/", {}, {}, file.read_bytes()))
    (back / "receipt.zip").write_bytes(reply.content)
    (back / "again.zip").write_bytes(packed(said("withdrawal")))
    (back / "broken.zip").write_bytes(b"PK")
    call_command("exchange", source=back, receipts=out)
    row = ExchangeMessage.objects.get()
    assert (row.state, row.outcome) == ("delivered", "taken")
    assert receipt_of((out / "receipt-again.zip").read_bytes()).outcome == "too_late"
    said_there = capsys.readouterr()
    assert ("2 of 3 files" in said_there.out, "broken.zip: The package is no ZIP" in said_there.err) == (
        True,
        True,
    )


def receipt_for(row: ExchangeMessage, **changes) -> bytes:
    """As the other side signs it."""
    said_there = {
        "id": uuid.uuid4(),
        "sender": "H41.102",
        "recipient": "H41.101",
        "of": row.uuid,
        "manifest_hash": exchange.packed(row)[1],
        "outcome": "taken",
        "at": row.created_at,
        **changes,
    }
    return package.build(facts.receipt(**said_there), {}, key("H41.102", FIRST, LAST).sign)


def test_a_receipt_by_hand_is_for_what_was_sent(request_here, known):
    answer_request(request_here, by=known.officer, answer="Đúng")
    row = ExchangeMessage.objects.get()
    with pytest.raises(Garbled, match="another package"):
        exchange_taking.take_receipt(receipt_for(row, manifest_hash="0" * 64))
    row.refresh_from_db()
    assert row.state == "waiting"
    with pytest.raises(Refused):
        exchange_taking.take_receipt(receipt_for(row, outcome="refused", reason="Không nhận"))
    row.refresh_from_db()
    assert (row.state, "Không nhận" in row.reason) == ("refused", True)
    exchange_taking.take_receipt(receipt_for(row))
    row.refresh_from_db()
    assert row.state == "delivered"


def test_what_is_written_is_in_order_and_for_nobody_else(request_here, known, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    answer_request(request_here, by=known.officer, answer="Đúng")
    call_command("exchange", export=out)
    (file,) = out.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    file.unlink()
    first = ExchangeMessage.objects.get()
    ExchangeMessage.objects.filter(pk=first.pk).update(state="parked")
    first.pk, first.uuid = None, uuid.uuid4()
    first.save(force_insert=True)
    call_command("exchange", export=out)
    assert not list(out.iterdir())


def test_a_file_that_is_too_large_is_not_read(known, tmp_path, settings, capsys):
    settings.EXCHANGE_MAX_BYTES = 10
    (tmp_path / "large.zip").write_bytes(bytes(11))
    call_command("exchange", source=tmp_path, receipts=tmp_path)
    assert "large.zip: The package is larger" in capsys.readouterr().err


def test_the_command_says_what_is_missing(known, tmp_path):
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("exchange", export=tmp_path / "none")
    with pytest.raises(CommandError, match="--receipts"):
        call_command("exchange", source=tmp_path)
