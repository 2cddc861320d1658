"""Proposals and approved changes of the calendar."""

import pytest

from cases.models import CalendarRevision
from cases.services import revisions
from cases.services.revisions import DayFacts
from procedures.enums import Role
from tests.cases.helpers import make_person
from tests.cases.revisions.helpers import NOTICE, off


@pytest.fixture
def chief(world):
    """Supervisor of the province: the top of the tree, so also of the country's days."""
    return make_person("giam-sat-tinh", world.province, Role.SUPERVISOR)


@pytest.fixture
def proposal(world, chief):
    """`proposal(day, …)` is a proposal for the country; days are dates off or whole `DayFacts`."""

    def propose(*days, agency=None, by=chief, reason="Nghỉ đột xuất"):
        facts = [day if isinstance(day, DayFacts) else off(day) for day in days]
        return revisions.propose(agency, reason=reason, legal_reference=NOTICE, days=facts, by=by)

    return propose


@pytest.fixture
def approved(proposal, chief):
    """`approved(day, …)` is a revision whose days hold and whose dossiers still wait."""

    def approve(*days, **changes) -> CalendarRevision:
        return revisions.approve(proposal(*days, **changes), by=chief)

    return approve
