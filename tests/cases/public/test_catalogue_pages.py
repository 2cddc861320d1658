"""The catalogue for everybody: found however it is typed, with every part that the law names (R1), kept by caches."""

import re
from datetime import date
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from procedures.enums import VersionStatus
from procedures.models import ElectronicSource, ProcedureForm, ProcedureVersion
from procedures.services.forms import check_form
from procedures.services.publishing import new_draft
from tests.cast import make_procedure, upload


@pytest.fixture
def page():
    """A browser that reads English and has no cookies."""
    return Client(headers={"Accept-Language": "en"})


def text_of(response) -> str:
    """The words of the page, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def found(page, **asked) -> list[str]:
    """Codes on the first page of a search."""
    answer = page.get("/thu-tuc/", asked)
    assert answer.status_code == 200
    return re.findall(r'class="big" href="/thu-tuc/([^"/]+)/"', answer.content.decode())


# Search ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["khai sinh", "KHAI SINH", "Khai sinh", "khai  sinh", "đăng ký khai sinh", "dang ky", "1.001193"]
)
def test_a_procedure_is_found_however_it_is_typed(world, page, typed):
    make_procedure("1.001193", "Đăng ký khai sinh")
    assert found(page, q=typed) == ["1.001193"]


def test_the_name_that_fits_best_comes_first(world, page):
    make_procedure("1.000689", "Đăng ký khai sinh kết hợp đăng ký nhận cha, mẹ, con")
    make_procedure("1.001193", "Đăng ký khai sinh")
    assert found(page, q="khai sinh") == ["1.001193", "1.000689"]


def test_what_fits_nothing_says_what_to_do(world, page):
    assert found(page, q="không có đâu") == []
    assert "Nothing fits. Try fewer words" in text_of(page.get("/thu-tuc/", {"q": "không có đâu"}))


def test_field_level_online_service_and_applicant_narrow_the_list(world, page):
    other = make_procedure("1.000030", "Giấy phép", level="province").versions.get()
    ProcedureVersion.objects.filter(pk=other.pk).update(
        field_vi="Xây dựng", service_level="full", subjects=["business", "citizen"]
    )
    for asked in (
        {"field": "Xây dựng"},
        {"level": "province"},
        {"service_level": "full"},
        {"subject": "business"},
        {"q": "giay phep", "subject": "citizen"},
    ):
        assert found(page, **asked) == ["1.000030"]
    assert found(page, subject="organisation") == []


@pytest.mark.parametrize("name", ["level", "service_level", "subject"])
def test_a_filter_that_does_not_exist_narrows_nothing(world, page, name):
    assert found(page, **{name: "x'; --"}) == ["1.000001", "1.000002"]


def test_what_is_not_in_force_is_listed_only_when_it_is_asked_for(world, page):
    make_procedure("2.001009", "Đã bãi bỏ", in_force_to=date(2025, 10, 31))
    make_procedure("1.000021", "Bản nháp", status=VersionStatus.DRAFT)
    assert found(page) == ["1.000001", "1.000002"]
    assert found(page, all="1") == ["1.000001", "1.000002", "2.001009"]
    assert "Abolished: not in force since 01/11/2025." in text_of(page.get("/thu-tuc/", {"all": "1"}))


def test_pages_of_twenty_keep_what_was_asked(world, page):
    for number in range(25):
        make_procedure(f"1.0001{number:02d}", "Cấp giấy")
    first = page.get("/thu-tuc/", {"q": "cấp giấy", "level": "commune"}).content.decode()
    assert len(found(page, q="cấp giấy")) == 20
    following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    assert "level=commune" in following
    second = page.get(f"/thu-tuc/{following}")
    assert len(re.findall('class="big"', second.content.decode())) == 5
    for beyond in ("99", "0", "-1", "x", "٣"):
        assert page.get("/thu-tuc/", {"page": beyond}).status_code == 200


def test_the_list_costs_the_same_however_long_it_is(world, page, django_assert_max_num_queries):
    for number in range(10):
        make_procedure(f"1.0001{number:02d}", "Cấp giấy")
    with django_assert_max_num_queries(4):
        page.get("/thu-tuc/")


class TestAnything(TestCase):
    """Whatever stands in the address, the answer is a page and never a failure."""

    @given(
        st.dictionaries(
            st.sampled_from(["q", "field", "level", "service_level", "subject", "page", "all", "other"]),
            st.text(max_size=60),
        )
    )
    @settings(max_examples=60, deadline=None)
    def test_any_search_is_answered(self, asked):
        assert Client().get("/thu-tuc/", asked).status_code == 200

    @given(st.text(min_size=1, max_size=40).filter(lambda text: "/" not in text and text not in {".", ".."}))
    @settings(max_examples=60, deadline=None)
    def test_any_code_is_answered(self, code):
        assert Client().get(f"/thu-tuc/{quote(code)}/").status_code in {200, 404}


# One procedure --------------------------------------------------------------------------------------


def test_a_procedure_that_is_partly_online_says_why(world, page):
    reason = "Phải xuất trình bản chính.\n<b>Ký trực tiếp.</b>"
    world.free.versions.update(service_level="partial", partial_reason_vi=reason)
    text = text_of(page.get("/thu-tuc/1.000001/"))
    assert "Phải xuất trình bản chính." in text
    assert "&lt;b&gt;Ký trực tiếp.&lt;/b&gt;" in page.get("/thu-tuc/1.000001/").content.decode()


def test_every_mandatory_part_is_there(world, page):
    ProcedureVersion.objects.filter(procedure=world.paid).update(
        order_of_steps_vi="Bước 1: nộp hồ sơ.\nBước 2: nhận kết quả.",
        has_conditions=True,
        conditions_vi="Đủ 18 tuổi.",
        legal_basis=["Luật Ví Dụ, Điều 1"],
        publication_decision="Quyết định công bố ví dụ",
        decision_signed_on=date(2018, 6, 1),
        service_level="full",
    )
    answer = page.get("/thu-tuc/1.000002/")
    text = text_of(answer)
    for part in (
        "Thủ tục có lệ phí (EN)",
        "3 working days",
        "Citizen",
        "Ủy ban nhân dân cấp xã",
        "Giấy chứng nhận",
        "At the desk By post Online",
        "Fully online",
        "1 set of papers.",
        "Application form 1 original",
        "Identity paper only to be shown",
        "Only when: someone else files",
        "Lệ phí : 15.000 đ",
        "Bước 1: nộp hồ sơ.",
        "Đủ 18 tuổi.",
        "Luật Ví Dụ, Điều 1",
        "UBND phường Thử Nghiệm",
        "Monday to Friday: 07:30–11:30, 13:00–17:00",
        "21/06/2018: Newly issued",
        "Quyết định công bố ví dụ, 01/06/2018",
    ):
        assert part in text
    assert 'href="/nop-ho-so/1.000002/"' in answer.content.decode()


def test_what_the_publication_does_not_say_is_said_to_be_missing(world, page):
    text = text_of(page.get("/thu-tuc/1.000001/"))
    for part in ("Forms to fill in", "Conditions", "Legal basis", "Fees"):
        assert f"{part} Not stated in the publication." in text
    world.free.versions.update(has_form=False, has_conditions=False, has_fee=False)
    text = text_of(page.get("/thu-tuc/1.000001/"))
    for part in ("There is no form to fill in.", "There are no conditions.", "Nothing is to be paid."):
        assert part in text


def test_a_paper_is_spared_only_by_a_database_that_is_connected(world, page):
    said = "Need not be brought when the data is in: National Population Database"
    assert said not in text_of(page.get("/thu-tuc/1.000001/"))
    ElectronicSource.objects.create(name="National Population Database", is_connected=True)
    assert said in text_of(page.get("/thu-tuc/1.000001/"))


def test_an_abolished_procedure_says_so_and_is_not_filed(world, page):
    procedure = make_procedure("2.001009", "Đã bãi bỏ", in_force_to=date(2025, 10, 31))
    procedure.replaced_by = world.free
    procedure.save()
    answer = page.get("/thu-tuc/2.001009/")
    text = text_of(answer)
    assert "Abolished: not in force since 01/11/2025." in text
    assert "It is replaced by 1.000001" in text
    assert "01/11/2025: Abolished" in text
    assert "/nop-ho-so/" not in answer.content.decode()


@pytest.mark.parametrize("code", ["1.999999", "x", "1.000021", "..", "%00", "1.000001%0a"])
def test_a_code_that_is_not_published_is_not_found(world, page, code):
    make_procedure("1.000021", "Bản nháp", status=VersionStatus.DRAFT)
    assert page.get(f"/thu-tuc/{code}/").status_code == 404


def test_what_a_publication_says_is_never_markup(world, page):
    world.free.versions.update(conditions_vi="<script>alert(1)</script>", name_en="<b>x</b>")
    html = page.get("/thu-tuc/1.000001/").content.decode()
    assert "<script>alert" not in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html


# Forms ----------------------------------------------------------------------------------------------


@pytest.fixture
def form(world) -> ProcedureForm:
    form = ProcedureForm(version=world.free.versions.get(), name_vi="Tờ khai")
    check_form(upload("Tờ khai.pdf")).put_into(form)
    form.save()
    return form


def test_a_form_is_downloaded_under_its_name_and_as_what_it_is(form, page):
    address = f"/thu-tuc/1.000001/mau/{form.pk}/"
    assert f'href="{address}"' in page.get("/thu-tuc/1.000001/").content.decode()
    answer = page.get(address)
    assert answer.getvalue() == form.file.open("rb").read()
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''T%E1%BB%9D%20khai.pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    again = page.get(address, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_form_is_given_at_its_own_procedure_only_and_not_before_it_is_published(world, form, page):
    draft = new_draft(form.version)
    assert page.get(f"/thu-tuc/1.000001/mau/{draft.forms.get().pk}/").status_code == 404
    assert page.get(f"/thu-tuc/1.000002/mau/{form.pk}/").status_code == 404
    assert page.get(f"/thu-tuc/1.000001/mau/{10**30}/").status_code == 404
    form.file.storage.delete(form.file.name)
    assert page.get(f"/thu-tuc/1.000001/mau/{form.pk}/").status_code == 404


# Caches ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/thu-tuc/", "/thu-tuc/1.000001/", "/niem-yet/", "/niem-yet/H41.12/"])
def test_a_page_that_did_not_change_is_not_sent_again(world, page, address):
    answer = page.get(address)
    assert answer["Cache-Control"] == "public, no-cache"
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in answer["Vary"].split(",")}
    again = page.get(address, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    in_vietnamese = page.get(address, headers={"If-None-Match": answer["ETag"], "Accept-Language": "vi"})
    assert in_vietnamese.status_code == 200


def test_pages_for_everybody_are_only_read(world, page):
    for address in ("/thu-tuc/", "/thu-tuc/1.000001/", "/niem-yet/"):
        assert page.post(address).status_code == 405


def test_the_first_page_leads_to_the_catalogue(world, page):
    html = page.get("/").content.decode()
    assert 'href="/thu-tuc/"' in html
    assert 'href="/niem-yet/"' in html
