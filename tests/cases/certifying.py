"""The three quick services of a desk, and a clerk who decides at its counter."""

from dataclasses import replace

import pytest

from cases import services
from procedures.enums import FeeRule, LimitUnit, RegisterKind
from procedures.models import FeeLine, Procedure
from tests.cast import World, make_procedure

COPIES, SIGNATURES, EXTRACTS = "2.000815", "2.000884", "2.000635"
TIERS = [
    {"from_page": 1, "to_page": 2, "amount_per_page": 2000},
    {"from_page": 3, "to_page": None, "amount_per_page": 1000},
]
SERVICES = {
    COPIES: (
        "Chứng thực bản sao từ bản chính",
        RegisterKind.COPIES,
        {"rule": FeeRule.PER_PAGE, "tiers": TIERS, "cap_amount": 200_000, "cap_per": "copy"},
    ),
    SIGNATURES: (
        "Chứng thực chữ ký",
        RegisterKind.SIGNATURES,
        {"rule": FeeRule.PER_CASE, "amount": 10_000},
    ),
    EXTRACTS: (
        "Cấp bản sao trích lục hộ tịch",
        RegisterKind.EXTRACTS,
        {"rule": FeeRule.PER_COPY, "amount": 8_000},
    ),
}


def make_service(code: str) -> Procedure:
    """As the seeds have it: within the day, decided at once, entered in its register."""
    name, kind, fee = SERVICES[code]
    procedure = make_procedure(code, name, amount=1, unit=LimitUnit.SAME_DAY)
    version = procedure.versions.get()
    version.steps.update(amount=1)
    procedure.versions.update(decided_at_once=True, register=kind, result_name_vi=name)
    FeeLine.objects.create(version=version, name=f"Phí {name.lower()}", kind="fee", **fee)
    return procedure


@pytest.fixture
def counter(world) -> World:
    """The desk with its services; its clerk decides at the counter."""
    for code in SERVICES:
        make_service(code)
    world.clerk.decides_at_counter = True
    world.clerk.save()
    return world


def certify(world, code: str = COPIES, **changes):
    """One certification at the ward's desk."""
    facts = {
        "desk": world.ward,
        "by": world.clerk,
        "paper": "Giấy khai sinh",
        "signer": "Trần Văn Lãnh Đạo",
        **changes,
    }
    applicant = facts.pop("applicant", world.applicant)
    return services.certify(Procedure.objects.get(code=code), applicant, **facts)


def somebody(world, n: int):
    """Another applicant, who wants no notices."""
    return replace(world.applicant, id_number=f"0410{n:08}", notice_channels=[])


def words_of(entry) -> bytes:
    """The stored page with the words of a certification."""
    with entry.dossier.documents.get(source="result").file.open() as file:
        return file.read()
