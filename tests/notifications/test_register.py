"""The yearly register: per agency, kind and year, from one, without a gap."""

import pytest
from django.db import transaction

from notifications.models import Letter, LetterRegister
from notifications.services import letters
from tests.notifications.builders import HEAD, approved, in_parallel, issued, local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


class Changed(Exception):
    """The caller's transaction fails after the letter was issued."""


def test_numbers_run_from_one():
    assert [issued(reference=f"H41.12-261116-000{n}").number for n in range(1, 4)] == [1, 2, 3]


def test_each_agency_has_its_own_register():
    assert issued(reference="H41.12-261116-0001").number == 1
    assert issued(reference="H41.13-261116-0001", agency="H41.13").number == 1


def test_each_year_begins_anew():
    first, second, third = (approved(reference=f"H41.12-261116-000{n}") for n in range(1, 4))
    letters.issue(first, by=HEAD, payload=first.content, at=local(31, 16, month=12))
    letters.issue(second, by=HEAD, payload=second.content, at=local(1, 8, month=1, year=2027))
    letters.issue(third, by=HEAD, payload=third.content, at=local(31, 16, 59, month=12))
    assert [letter.number_text for letter in (first, second, third)] == ["01/PXL", "01/PXL", "02/PXL"]


def test_rolled_back_issue_gives_its_number_back():
    issued(reference="H41.12-261116-0001")
    letter = approved(reference="H41.12-261116-0002")
    with pytest.raises(Changed), transaction.atomic():
        letters.issue(letter, by=HEAD, payload=letter.content)
        raise Changed
    letter.refresh_from_db()
    assert (letter.state, letter.number) == ("approved", None)
    assert letters.issue(letter, by=HEAD, payload=letter.content).number == 2


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_when_many_issue_in_parallel_and_some_fail():
    waiting = [approved(reference=f"H41.12-261116-{n:04d}").pk for n in range(40)]

    def issue_every_eighth(start):
        for position in range(start, 40, 8):
            letter = Letter.objects.get(pk=waiting[position])
            try:
                with transaction.atomic():
                    letters.issue(letter, by=HEAD, payload=letter.content)
                    if position % 3 == 0:
                        raise Changed
            except Changed:
                continue

    in_parallel(*[lambda start=start: issue_every_eighth(start) for start in range(8)])
    numbers = sorted(Letter.objects.issued().values_list("number", flat=True))
    assert numbers == list(range(1, 27))
    assert LetterRegister.objects.get().last_number == 26
