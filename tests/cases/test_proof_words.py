"""The proof of a due date in sentences."""

from decimal import Decimal

import pytest
from django.utils import translation

from cases.deadlines import due_date
from cases.limits import Limit
from cases.proof_words import in_words
from procedures.calendars import calendar_for
from tests.cast import local


@pytest.mark.parametrize(
    ("received", "amount", "unit", "sentences"),
    [
        (
            "2026-11-20 09:00",
            3,
            "working_day",
            [
                "3 days count; the last one is 26/11/2026.",
                "The other days: day of reception, not counted; weekend (2); Vietnam Culture Day.",
            ],
        ),
        ("2026-11-09 09:00", 12, "working_hour", ["Working time that counts: 12 h 0 min."]),
        ("2026-11-09 09:00", None, "same_day", ["1 day counts: 09/11/2026."]),
        (
            "2026-11-14 20:15",
            1,
            "calendar_day",
            [
                "1 day counts: 17/11/2026.",
                "The other days: filed outside reception hours; weekend; day of reception, not counted.",
            ],
        ),
    ],
)
def test_what_counted_and_what_did_not_is_said_in_sentences(world, received, amount, unit, sentences):
    limit = Limit(None if amount is None else Decimal(amount), unit)
    deadline = due_date(local(received), limit, calendar_for(None))
    with translation.override("en"):
        assert in_words(deadline.proof) == sentences


def test_no_days_make_no_sentence():
    assert in_words(()) == []
