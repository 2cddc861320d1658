"""Accounts of citizens in tests that are not about signing in."""

from itertools import count

import pytest

from cases.models import CitizenAccount
from cases.services.accounts import new_citizen
from cases.services.applicants import ApplicantFacts, find_or_add
from procedures.models import Staff

_numbers = count(1)


@pytest.fixture
def account(world):
    """`account()` is the account of the applicant of the cast, with other facts that of somebody else."""

    def made(**facts) -> Staff:
        person = ApplicantFacts(**facts) if facts else world.applicant
        user = new_citizen(Staff(), person.full_name)
        user.save()
        CitizenAccount.objects.create(user=user, applicant=find_or_add(person, seen=False))
        return user

    return made
