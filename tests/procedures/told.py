"""A decision about a version of the small world, as the national database tells it."""

from datetime import date

import pytest
from django.utils import translation

from procedures.decisions import Told
from procedures.enums import DecisionKind, Role
from procedures.models import ProcedureVersion, Proposal, Staff
from procedures.records import content_of, record_of
from procedures.services.proposals import take

DECEMBER = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def keeper(world) -> Staff:
    return Staff.objects.create(username="danh-muc", role=Role.SYSTEM_ADMIN, is_staff=True)


@pytest.fixture
def version(world) -> ProcedureVersion:
    """What the decisions of these tests are about: three days, three papers, four steps."""
    ProcedureVersion.objects.update(legal_basis=["Luật Ví Dụ"])
    return world.free.versions.get()


def told(version: ProcedureVersion, kind: str = DecisionKind.AMENDED, **changes) -> Told:
    content = content_of(record_of(version)) | changes.pop("content", {})
    for own in ("internal_steps", "code"):
        content.pop(own, None)
    given = {
        "number": "01/QĐ-VIDU",
        "signed_on": date(2026, 11, 2),
        "agency": "Ủy ban nhân dân tỉnh Ví Dụ",
        "effective_on": DECEMBER,
        "loaded_on": date(2026, 11, 5),
        "kind": kind,
        "code": version.procedure.code,
        "content": content,
    }
    return Told(**given | changes)


def taken(*ones: Told) -> Proposal:
    take(ones)
    return Proposal.objects.order_by("-pk").first()


def states() -> list[str]:
    return list(Proposal.objects.order_by("pk").values_list("state", flat=True))
