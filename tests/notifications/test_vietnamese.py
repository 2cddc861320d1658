"""Numbers, dates and text as official documents write them; sets of forms; payloads."""

from dataclasses import fields
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.enums import (
    LETTER_COLOURS,
    LETTER_MOVES,
    LIVE_LETTER_STATES,
    MESSAGE_COLOURS,
    LetterKind,
    LetterState,
    MessageState,
)
from notifications.payloads import ApologyPayload
from notifications.vietnamese import hour_and_date, long_date, number_text, printable
from tests.notifications.builders import NEW_DUE, REASON, apology, local, receipt


@pytest.mark.parametrize(
    ("number", "text"), [(1, "01/PXL"), (12, "12/PXL"), (1234, "1234/PXL"), (None, "……/PXL")]
)
def test_number_text_has_two_digits_at_least(number, text):
    assert number_text(LetterKind.APOLOGY, number) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (local(21, month=11), "ngày 21 tháng 11 năm 2026"),
        (local(5, month=2), "ngày 05 tháng 02 năm 2026"),
        (local(9, month=3), "ngày 09 tháng 3 năm 2026"),
        (datetime(2026, 11, 20, 18, tzinfo=UTC), "ngày 21 tháng 11 năm 2026"),
        (None, "ngày …… tháng …… năm ……"),
    ],
)
def test_long_date_writes_zeros_as_decree_30_wants_them(moment, text):
    assert long_date(moment) == text


def test_hour_and_date_is_local():
    assert hour_and_date(datetime(2026, 11, 25, 10, tzinfo=UTC)) == "17:00 ngày 25/11/2026"


def test_printable_composes_accents_and_keeps_line_ends():
    assert printable("Nguye\u0302\u0303n\nThị") == "Nguyễn\nThị"


def test_printable_drops_what_cannot_be_seen_and_boxes_what_cannot_be_drawn():
    assert printable("a\x00\x07\u202e\u200bb\tc 漢😀") == "ab c □□"


@given(st.text())
def test_printable_is_stable(text):
    assert printable(printable(text)) == printable(text)


def test_payload_survives_json():
    payload = apology(reason=REASON, new_due_at=NEW_DUE)
    assert ApologyPayload.from_json(payload.to_json()) == payload


def test_payload_without_reason_and_date_survives_json():
    assert ApologyPayload.from_json(apology().to_json()) == apology()


@pytest.mark.parametrize("field", ["received_at", "original_due_at", "new_due_at"])
def test_payload_refuses_a_moment_without_time_zone(field):
    with pytest.raises(ValueError, match=field):
        apology(**{field: datetime(2026, 11, 20, 8)})


def test_receipt_refuses_a_moment_without_time_zone():
    with pytest.raises(ValueError, match="due_at"):
        receipt(due_at=datetime(2026, 11, 20, 8))


def test_payload_cannot_be_changed():
    with pytest.raises(AttributeError):
        apology().reason = "other"
    assert "reason" in {field.name for field in fields(ApologyPayload)}


def test_every_state_has_a_colour():
    assert set(LETTER_COLOURS) == set(LetterState)
    assert set(MESSAGE_COLOURS) == set(MessageState)


def test_every_letter_state_but_the_last_ones_leads_somewhere():
    assert {source for source, _ in LETTER_MOVES} == LIVE_LETTER_STATES - {LetterState.SENT}
