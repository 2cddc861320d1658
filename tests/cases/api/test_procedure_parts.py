"""The catalogue for programs: every part that the page shows (R1), filters, and caches on the way."""

from datetime import date

import pytest

from procedures.models import ProcedureForm, ProcedureVersion
from procedures.services.forms import check_form
from tests.cases.api.conftest import refused
from tests.cast import make_procedure, upload


def codes(response) -> list[str]:
    return [row["code"] for row in response.json()["results"]]


def test_a_procedure_carries_what_was_published(world, anybody):
    ProcedureVersion.objects.filter(procedure=world.paid).update(
        order_of_steps_vi="Bước 1",
        has_conditions=True,
        conditions_vi="Đủ 18 tuổi",
        has_form=True,
        publication_decision="Quyết định công bố ví dụ",
        decision_signed_on=date(2018, 6, 1),
        service_level="partial",
        partial_reason_vi="Phải xuất trình bản chính",
    )
    version = world.paid.versions.get()
    form = ProcedureForm(version=version, name_vi="Mẫu tờ khai", component=version.components.first())
    check_form(upload("to-khai.pdf")).put_into(form)
    form.save()
    page = anybody.get("procedures/1.000002/").json()
    assert page["order_of_steps"] == "Bước 1"
    assert (page["service_level"], page["partial_reason"]) == ("partial", "Phải xuất trình bản chính")
    assert (page["has_conditions"], page["conditions"], page["has_fee"]) == (True, "Đủ 18 tuổi", None)
    assert page["publication"] == {
        "decision": "Quyết định công bố ví dụ",
        "signed_on": "2018-06-01",
        "text_effective_on": None,
        "loaded_on": None,
    }
    assert page["forms"] == [
        {
            "name": "Mẫu tờ khai",
            "component": "Application form",
            "file_name": "to-khai.pdf",
            "mime_type": "application/pdf",
            "size": form.size,
            "sha256": form.sha256,
            "download": f"/thu-tuc/1.000002/mau/{form.pk}/",
            "source_url": "",
        }
    ]
    assert (page["filed_online"], page["extension_in_words"]) == (True, "")
    assert [(fee["words"], fee["tariffs"]) for fee in page["fees"]] == [("15.000 đ", [])]
    assert [limit["words"] for limit in page["limits"]] == ["3 working days"]
    assert [paper["count_in_words"] for paper in page["components"]] == [
        "1 original",
        "only to be shown",
        "1 original",
    ]
    assert page["desks"][0] == {
        "identifier": world.ward.identifier,
        "name": world.ward.name,
        "address": world.ward.address,
        "phone": world.ward.phone,
        "opening": ["Monday to Friday: 07:30–11:30, 13:00–17:00"],
    }
    assert page["changes"] == [
        {
            "day": "2018-06-21",
            "kind": "new",
            "title": "Newly issued",
            "version": 1,
            "publication_decision": "Quyết định công bố ví dụ",
        }
    ]


def test_a_paper_names_the_procedure_whose_result_stands_for_it(world, anybody):
    world.paid.versions.get().components.filter(position=1).update(result_of=world.free)
    papers = anybody.get("procedures/1.000002/").json()["components"]
    assert [paper["result_of"] for paper in papers] == [None, "1.000001", None]


def test_a_tariff_of_the_province_stands_beside_its_fee(world, anybody):
    world.free.versions.get().fees.create(name="Lệ phí tỉnh", kind="charge", rule="set_by_province")
    world.free.tariffs.create(
        agency=world.province,
        fee_name="Lệ phí tỉnh",
        amount=8000,
        legal_reference="Nghị quyết ví dụ",
        in_force_from=date(2026, 1, 1),
    )
    (fee,) = anybody.get("procedures/1.000001/").json()["fees"]
    assert fee["words"] == "set by the province"
    assert fee["tariffs"] == [
        {
            "agency": world.province.name,
            "amount": 8000,
            "legal_reference": "Nghị quyết ví dụ",
            "in_force_from": "2026-01-01",
        }
    ]


def test_online_service_applicant_and_channel_narrow_the_list(world, anybody):
    version = make_procedure("1.000030", "Giấy phép").versions.get()
    ProcedureVersion.objects.filter(pk=version.pk).update(
        service_level="partial", subjects=["business"], channels=["desk"]
    )
    assert codes(anybody.get("procedures/", {"service_level": "partial"})) == ["1.000030"]
    assert codes(anybody.get("procedures/", {"subject": "business"})) == ["1.000030"]
    assert codes(anybody.get("procedures/", {"channel": "online"})) == ["1.000001", "1.000002"]
    refused(anybody.get("procedures/", {"subject": "alien"}), 400, "malformed")
    row = anybody.get("procedures/", {"subject": "business"}).json()["results"][0]
    assert (row["subjects"], row["channels"], row["filed_online"]) == (["business"], ["desk"], False)


@pytest.mark.parametrize("address", ["procedures/", "procedures/1.000001/"])
def test_answers_are_kept_and_asked_for_again(world, anybody, address):
    answer = anybody.get(address)
    assert answer["Cache-Control"] == "public, max-age=300"
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in answer["Vary"].split(",")}
    again = anybody.get(address, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    world.free.versions.update(name_en="Another name")
    assert anybody.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 200


def test_refusals_are_not_kept(world, anybody):
    assert anybody.get("procedures/1.999999/")["Cache-Control"] == "no-store"
    assert anybody.get("procedures/", {"level": "x"})["Cache-Control"] == "no-store"
