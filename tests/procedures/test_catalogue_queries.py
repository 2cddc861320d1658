"""Asking the catalogue: search, what is in force, who decides, what the province charges."""

from datetime import date

import pytest
from django.conf import settings
from django.test import TestCase

from procedures.models import Agency, FeeTariff, ProcedureVersion
from procedures.services.catalogue import load_catalogue
from procedures.services.competence import default_competent_agency
from procedures.services.tariffs import tariff_for

TODAY = date(2026, 11, 20)
BIRTH_REGISTRATIONS = {"1.001193", "1.000689", "1.004884", "1.003583", "2.000528", "2.000635"}

pytestmark = pytest.mark.django_db


def agency(identifier):
    return Agency.objects.get(identifier=identifier)


def version_of(code):
    return ProcedureVersion.objects.get(procedure__code=code)


def found(text):
    return set(ProcedureVersion.objects.search(text).values_list("procedure__code", flat=True))


class TestCatalogue(TestCase):
    """Over the whole catalogue, loaded once for all of these."""

    @classmethod
    def setUpTestData(cls):
        load_catalogue(settings.BASE_DIR / "seeds", today=TODAY)

    def test_search_finds_the_same_with_and_without_accents_in_any_case(self):
        for text in ("khai sinh", "KHAI SINH", "Khai sinh", "  khai   sinh ", "khái sính", "sinh khai"):
            assert found(text) == BIRTH_REGISTRATIONS, text

    def test_search_takes_d_with_stroke_for_d(self):
        assert found("dang ky ket hon") == found("ĐĂNG KÝ KẾT HÔN") != set()

    def test_search_finds_by_code_by_field_and_in_english(self):
        assert found("1.001193") == {"1.001193"}
        assert "1.001193" in found("ho tich")
        assert found("birth registration mobile") == {"1.003583"}

    def test_search_wants_every_word(self):
        assert found("khai sinh lưu động") == {"1.003583"}
        assert found("khai sinh xyz") == set()

    def test_in_force_leaves_out_drafts_abolished_ones_and_days_before(self):
        def in_force(code, day):
            return ProcedureVersion.objects.in_force_on(day).filter(procedure__code=code).exists()

        assert in_force("1.001193", TODAY)
        assert not in_force("1.001193", date(2018, 6, 20))
        assert not in_force("1.014199", TODAY)  # a draft
        assert not in_force("2.001009", TODAY)  # abolished

    def test_commune_decides_what_it_receives_at_its_own_level(self):
        assert default_competent_agency(version_of("1.001193"), agency("H41.101")) == agency("H41.101")

    def test_commune_with_fields_of_its_own_decides_only_those(self):
        desk = agency("H41.101")
        desk.decides_fields = ["Chứng thực"]

        assert default_competent_agency(version_of("2.000815"), desk) == desk
        assert default_competent_agency(version_of("1.001193"), desk) is None

    def test_centre_that_receives_for_communes_must_choose(self):
        assert default_competent_agency(version_of("1.001193"), agency("H41.12")) is None

    def test_province_level_goes_to_the_department_of_the_field_from_any_desk(self):
        land = version_of("1.012783")

        assert default_competent_agency(land, agency("H41.12")) == agency("H41.01")
        assert default_competent_agency(land, agency("H41.106")) == agency("H41.01")

    def test_field_of_two_departments_is_not_clear(self):
        Agency.objects.filter(identifier="H41.02").update(decides_fields=["Đất đai"])

        assert default_competent_agency(version_of("1.012783"), agency("H41.12")) is None

    def test_department_of_another_province_or_closed_one_does_not_decide(self):
        Agency.objects.filter(identifier="H41.01").update(is_active=False)
        elsewhere = Agency.objects.create(identifier="H40", kind="province", name_vi="UBND tỉnh khác")
        Agency.objects.create(
            identifier="H40.01",
            kind="department",
            name_vi="Sở khác",
            parent=elsewhere,
            decides_fields=["Đất đai"],
        )

        assert default_competent_agency(version_of("1.012783"), agency("H41.12")) is None

    def test_desk_outside_every_province_and_ministry_level_are_not_clear(self):
        alone = Agency.objects.create(identifier="G01", kind="other", name_vi="Cơ quan khác")

        assert default_competent_agency(version_of("1.012783"), alone) is None
        assert default_competent_agency(version_of("6.999001"), agency("H41.12")) is None

    def test_tariff_is_that_of_the_nearest_agency_above(self):
        fee = version_of("1.004873").fees.get()
        set_tariff(fee, "H41", 8000)
        assert tariff_for(fee, agency("H41.101"), TODAY) == 8000

        set_tariff(fee, "H41.101", 5000)
        assert tariff_for(fee, agency("H41.101"), TODAY) == 5000
        assert tariff_for(fee, agency("H41.102"), TODAY) == 8000
        assert tariff_for(fee, agency("H41"), TODAY) == 8000

    def test_tariff_is_the_latest_that_is_in_force_on_the_day(self):
        fee = version_of("1.004873").fees.get()
        set_tariff(fee, "H41", 8000, date(2024, 1, 1))
        set_tariff(fee, "H41", 15_000, date(2027, 1, 1))

        assert tariff_for(fee, agency("H41.101"), date(2023, 12, 31)) is None
        assert tariff_for(fee, agency("H41.101"), TODAY) == 8000
        assert tariff_for(fee, agency("H41.101"), date(2027, 1, 1)) == 15_000

    def test_tariff_of_another_fee_or_procedure_does_not_hold(self):
        fee = version_of("1.004873").fees.get()
        other = version_of("1.004837").fees.get()
        set_tariff(other, "H41", 9000)

        assert tariff_for(fee, agency("H41.101"), TODAY) is None


def set_tariff(fee, identifier, amount, day=date(2024, 1, 1)):
    FeeTariff.objects.create(
        agency=agency(identifier),
        procedure=fee.version.procedure,
        fee_name=fee.name,
        amount=amount,
        legal_reference="Nghị quyết thử",
        in_force_from=day,
    )
