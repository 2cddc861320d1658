"""Two at once: the same page fetched twice is kept once, and of two who accept one wins."""

from datetime import date

import pytest
from django.utils import translation

from procedures.decisions import Told
from procedures.enums import DecisionKind, Role
from procedures.models import ProcedureVersion, Proposal, Staff
from procedures.records import content_of, record_of
from procedures.services.proposals import CannotAccept, accept, take
from tests.cases.helpers import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)


def told(version: ProcedureVersion, number: int) -> Told:
    content = content_of(record_of(version)) | {"sets": number + 1}
    for own in ("internal_steps", "code"):
        content.pop(own)
    return Told(
        number=f"{number}/QĐ-VIDU",
        signed_on=date(2026, 11, 2),
        effective_on=date(2026, 12, number),
        kind=DecisionKind.AMENDED,
        code=version.procedure.code,
        content=content,
    )


def test_a_page_that_two_fetch_at_once_is_kept_once(world):
    page = [told(world.free.versions.get(), number) for number in range(1, 6)]
    counts = in_parallel([lambda: take(page, cursor="5")] * 4, connections=4)
    assert sum(one["waiting"] for one in counts) == Proposal.objects.count() == 5


def test_of_two_who_accept_at_once_one_wins(world):
    ProcedureVersion.objects.update(legal_basis=["Luật Ví Dụ"])
    keeper = Staff.objects.create(username="danh-muc", role=Role.SYSTEM_ADMIN, is_staff=True)
    take([told(world.free.versions.get(), 1)])
    proposal = Proposal.objects.get()

    def try_it() -> str:
        with translation.override("en"):
            try:
                return accept(proposal, by=keeper).state
            except CannotAccept as error:
                return str(error)

    said = sorted(in_parallel([try_it] * 4, connections=4))
    assert said == ["Somebody has decided about it already: Accepted into the catalogue."] * 3 + ["accepted"]
    assert world.free.versions.count() == 2
