"""The public catalogue."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from procedures.enums import VersionStatus
from procedures.models import FeeLine
from tests.cases.api.conftest import refused
from tests.cast import make_procedure


def codes(response) -> list[str]:
    return [row["code"] for row in response.json()["results"]]


@pytest.mark.parametrize("text", ["khong thu phi", "KHÔNG THU PHÍ", "1.000001", "ho tich khong"])
def test_search_finds_without_accents(world, anybody, text):
    assert codes(anybody.get("procedures/", {"q": text})) == ["1.000001"]


def test_only_what_is_in_force_today_is_listed(world, anybody, clock):
    make_procedure("1.000010", "Đã bãi bỏ", in_force_to=date(2026, 11, 8))
    make_procedure("1.000011", "Hết hôm nay", in_force_to=date(2026, 11, 9))
    make_procedure("1.000012", "Chưa có hiệu lực", in_force_from=date(2026, 11, 10))
    make_procedure("1.000013", "Bản nháp", status=VersionStatus.DRAFT)
    assert codes(anybody.get("procedures/")) == ["1.000001", "1.000002", "1.000011"]
    clock.move_to("2026-11-10 00:00")
    assert codes(anybody.get("procedures/")) == ["1.000001", "1.000002", "1.000012"]


def test_field_and_level_narrow_the_list(world, anybody):
    make_procedure("1.000010", "Cấp tỉnh", level="province")
    assert codes(anybody.get("procedures/", {"level": "province"})) == ["1.000010"]
    assert codes(anybody.get("procedures/", {"field": "Hộ tịch", "level": "commune"})) == [
        "1.000001",
        "1.000002",
    ]
    refused(anybody.get("procedures/", {"level": "district"}), 400, "malformed")


def test_pages_go_by_code(world, anybody):
    page = anybody.get("procedures/", {"limit": 1}).json()
    following = anybody.get(page["next"].removeprefix("http://testserver")).json()
    assert [page["results"][0]["code"], following["results"][0]["code"]] == ["1.000001", "1.000002"]
    assert following["next"] is None


def test_a_procedure_tells_everything_that_a_dossier_depends_on(world, anybody):
    page = anybody.get("procedures/1.000002/").json()
    assert page["name"] == "Thủ tục có lệ phí (EN)"
    assert [(c["name"], c["mandatory"]) for c in page["components"]] == [
        ("Application form", True),
        ("Identity paper", True),
        ("Authorisation", False),
    ]
    assert [(limit["amount"], limit["unit"]) for limit in page["limits"]] == [("3.00", "working_day")]
    assert [(fee["name"], fee["amount"], fee["rule"]) for fee in page["fees"]] == [("Lệ phí", 15000, "fixed")]
    assert [step["amount"] for step in page["steps"]] == ["4.00", "12.00", "4.00", "4.00"]
    assert page["steps_working_hours"] == "24.00"
    assert page["extension"] is None


def test_tiers_of_a_fee_are_shown(world, anybody):
    version = world.free.versions.get()
    tiers = [
        {"from_page": 1, "to_page": 2, "amount_per_page": 2000},
        {"from_page": 3, "to_page": None, "amount_per_page": 1000},
    ]
    FeeLine.objects.create(
        version=version,
        name="Phí",
        kind="fee",
        rule="per_page",
        tiers=tiers,
        cap_amount=200_000,
        cap_per="copy",
    )
    (fee,) = anybody.get("procedures/1.000001/").json()["fees"]
    assert (fee["tiers"], fee["cap_amount"]) == (tiers, 200_000)


@pytest.mark.parametrize("code", ["9.999999", "%00", "x" * 200])
def test_an_unknown_procedure_is_not_found(world, anybody, code):
    refused(anybody.get(f"procedures/{code}/"), 404, "not_found")


def test_an_abolished_procedure_is_not_found(world, anybody):
    make_procedure("2.001009", "Đã bãi bỏ", in_force_to=date(2025, 10, 31))
    refused(anybody.get("procedures/2.001009/"), 404, "not_found")


def test_names_follow_the_language(world, anybody):
    answer = anybody.get("procedures/1.000001/", headers={"Accept-Language": "vi"})
    assert answer.json()["name"] == "Thủ tục không thu phí"
    assert answer["Content-Language"] == "vi"


def test_the_list_costs_the_same_however_long_it_is(world, anybody):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            anybody.get("procedures/")
        return len(queries)

    before = cost()
    make_procedure("1.000010", "Thêm")
    assert cost() == before
