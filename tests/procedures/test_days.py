"""Days of a version that cannot be right are no days of it, whoever tells them."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from procedures.models import ProcedureVersion

DAYS = ["decision_signed_on", "text_effective_on", "loaded_on", "paper_free_from"]


@pytest.mark.parametrize("name", DAYS)
@pytest.mark.parametrize("day", [date(1, 1, 1), date(1989, 12, 31), date(2100, 1, 2), date(9999, 12, 31)])
def test_no_deadline_is_counted_from_a_day_that_cannot_be_right(english, name, day):
    with pytest.raises(ValidationError, match="is no day that can be right"):
        ProcedureVersion._meta.get_field(name).clean(day, None)


@pytest.mark.parametrize("name", DAYS)
def test_a_day_of_our_time_is_one(name):
    assert ProcedureVersion._meta.get_field(name).clean(date(2026, 11, 23), None) == date(2026, 11, 23)
