"""Group reception: a list from Excel for one procedure, or one person with several procedures."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from cases.enums import GroupKind, Provision
from cases.models import Dossier, ReceptionGroup
from procedures.enums import FeeKind, FeeRule
from procedures.models import FeeLine
from tests.cases.admin.conftest import messages_of, text_of
from tests.cases.helpers import everything
from tests.cases.test_group_files import excel
from tests.cast import make_procedure

PAGE = "/quan-tri/tiep-nhan-nhom/"
PERSON = PAGE + "mot-nguoi/"
RECEIPTS = "/quan-tri/in-giay-tiep-nhan/"
HEADER = ["Họ và tên", "Số định danh", "Số điện thoại"]
GOOD = [["Trần Văn Thử", "040099000001"], ["Lê Thị Mẫu", "040099000002", "0900000002"]]


def listed(*rows, header=HEADER) -> SimpleUploadedFile:
    return SimpleUploadedFile("lop-5a.xlsx", excel(*rows, header=header))


def proposed(form) -> dict:
    found = {form.add_prefix(name): form[name].value() for name in form.fields}
    return {name: value for name, value in found.items() if value is not None}


def typed(client, procedure, **changes) -> dict:
    """What the page sends: its own proposals, the name of the group, and what the test changes."""
    form = client.get(PAGE, {"procedure": procedure.code}).context["form"]
    return {**proposed(form), "procedure": procedure.code, "name": "Lớp 5A", **changes}


def again(response, **changes) -> dict:
    """The same page sent once more, with the list that it has kept."""
    form = response.context["form"]
    data = {name: value for name, value in proposed(form).items() if name != "file"}
    return {**data, "procedure": form.version.procedure.code, **changes}


def preview(response) -> list[tuple[str, str]]:
    return [(row.place, row.refusal) for row in response.context["rows"]]


def errors_of(response) -> dict:
    return {name: list(errors) for name, errors in response.context["form"].errors.items()}


def received(client, world, *rows) -> ReceptionGroup:
    checked = client.post(PAGE, typed(client, world.free, file=listed(*rows)))
    client.post(PAGE, again(checked, receive="1"))
    return ReceptionGroup.objects.latest("pk")


# One procedure, many people ---------------------------------------------------------------------------


def test_a_list_is_looked_at_first_and_nothing_is_saved(world, browser):
    client = browser(world.clerk)
    data = typed(client, world.paid, file=listed(*GOOD))
    before = everything()
    response = client.post(PAGE, data)
    assert preview(response) == [("Row 2", ""), ("Row 3", "")]
    text = text_of(response)
    assert "2 dossiers are on the list. All can be received. Nothing was saved yet." in text
    assert "Thu 12/11/2026 17:00 15.000 đ" in text
    assert everything() == before


def test_the_list_that_was_checked_is_received_without_being_sent_again(world, browser):
    client = browser(world.clerk)
    checked = client.post(PAGE, typed(client, world.free, file=listed(*GOOD)))
    response = client.post(PAGE, again(checked, receive="1"), follow=True)
    group = ReceptionGroup.objects.get()
    assert (group.name, group.kind, group.desk) == ("Lớp 5A", GroupKind.PEOPLE, world.ward)
    assert response.redirect_chain == [(f"{PAGE}{group.pk}/", 302)]
    assert messages_of(response) == ["2 dossiers are received."]
    page = text_of(response)
    assert all(
        words in page
        for words in ("H41.101-261109-0001", "H41.101-261109-0002", "Lê Thị Mẫu", "Print all receipts")
    )
    assert [dossier.applicant.phone for dossier in group.dossiers.order_by("pk")] == ["", "0900000002"]


def test_every_row_that_cannot_be_received_has_its_reason_and_the_others_stay_ready(world, browser):
    client = browser(world.clerk)
    rows = [GOOD[0], ["Lê Thị Mẫu", 40099000002], [None, "040099000003"], GOOD[0]]
    response = client.post(PAGE, typed(client, world.free, file=listed(*rows)))
    assert preview(response) == [
        ("Row 2", ""),
        (
            "Row 3",
            "Column “Số định danh”: it was entered as a number, which loses the zero in front. "
            "Format the column as text, then enter it again.",
        ),
        ("Row 4", "Enter the name of the applicant."),
        ("Row 5", "The same person is already in Row 2 for this procedure. Take one out."),
    ]
    assert "Receive all" not in text_of(response)


def test_a_list_with_a_wrong_row_is_not_received_even_when_it_is_asked_for(world, browser):
    client = browser(world.clerk)
    checked = client.post(PAGE, typed(client, world.free, file=listed(GOOD[0], [None, "040099000003"])))
    response = client.post(PAGE, again(checked, receive="1"))
    assert errors_of(response) == {
        "__all__": ["Row 3: Enter the name of the applicant. Nothing was received."]
    }
    checked = client.post(PAGE, typed(client, world.free, file=listed(GOOD[0], ["Mẫu", 12])))
    assert client.post(PAGE, again(checked, receive="1")).status_code == 200
    assert (Dossier.objects.count(), ReceptionGroup.objects.count()) == (0, 0)


def test_a_corrected_file_takes_the_place_of_the_first_and_is_only_looked_at(world, browser):
    client = browser(world.clerk)
    checked = client.post(PAGE, typed(client, world.free, file=listed([None, "040099000003"])))
    response = client.post(PAGE, again(checked, receive="1", file=listed(*GOOD)))
    assert preview(response) == [("Row 2", ""), ("Row 3", "")]
    assert Dossier.objects.count() == 0


def test_a_page_sent_twice_makes_one_group(world, browser):
    client = browser(world.clerk)
    checked = client.post(PAGE, typed(client, world.free, file=listed(*GOOD)))
    data = again(checked, receive="1")
    client.post(PAGE, data)
    response = client.post(PAGE, data, follow=True)
    assert messages_of(response)[-1] == "This page was sent before; this is the group that it has become."
    assert (Dossier.objects.count(), ReceptionGroup.objects.count()) == (2, 1)


def test_a_page_that_comes_back_with_other_data_is_asked_for_once_more(world, browser):
    client = browser(world.clerk)
    checked = client.post(PAGE, typed(client, world.free, file=listed(*GOOD)))
    client.post(PAGE, again(checked, receive="1"))
    response = client.post(PAGE, again(checked, receive="1", name="Lớp 5B", duplicate_known="on"))
    assert "already received a group, with other data" in errors_of(response)["__all__"][0]
    client.post(PAGE, again(response, receive="1"))
    assert list(ReceptionGroup.objects.order_by("pk").values_list("name", flat=True)) == ["Lớp 5A", "Lớp 5B"]


def test_a_list_of_somebody_else_or_one_that_was_changed_is_not_believed(world, browser):
    client = browser(world.clerk)
    checked = client.post(PAGE, typed(client, world.free, file=listed(*GOOD)))
    for data, person in (
        (again(checked, receive="1"), world.outsider_clerk),
        (again(checked, receive="1", people="x" + checked.context["form"]["people"].value()), world.clerk),
        (again(checked, receive="1", procedure=world.paid.code), world.clerk),
    ):
        response = browser(person).post(PAGE, data)
        assert response.status_code == 200
        assert Dossier.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This is not an Excel file (.xlsx). Download the template and fill it in."),
        (b"%PDF-1.7", "This is not an Excel file (.xlsx). Download the template and fill it in."),
        (
            excel(*([f"Người {n}"] for n in range(600)), header=HEADER),
            "The list has more than 200 people. Divide it into several files.",
        ),
    ],
)
def test_another_file_is_refused_with_a_sentence(world, browser, content, sentence):
    client = browser(world.clerk)
    file = SimpleUploadedFile("a.xlsx", content)
    assert errors_of(client.post(PAGE, typed(client, world.free, file=file))) == {"file": [sentence]}


def test_without_a_file_there_is_nothing_to_look_at(world, browser):
    client = browser(world.clerk)
    response = client.post(PAGE, typed(client, world.free))
    assert errors_of(response) == {"file": ["Choose the file with the list."]}


def test_quantities_of_a_row_go_before_those_of_the_whole_list(world, browser):
    FeeLine.objects.create(
        version=world.free.versions.get(),
        name="Phí bản sao",
        kind=FeeKind.FEE,
        rule=FeeRule.PER_COPY,
        amount=2000,
    )
    client = browser(world.clerk)
    file = listed(
        ["Một", "040099000001", 3], ["Hai", "040099000002"], header=["Họ và tên", "Số định danh", "Số bản"]
    )
    response = client.post(PAGE, typed(client, world.free, file=file, copies="2"))
    assert [row.owed for row in response.context["rows"]] == ["6.000 đ", "4.000 đ"]


def test_what_is_missing_on_the_checklist_refuses_every_row(world, browser):
    client = browser(world.clerk)
    form = world.free.versions.get().components.get(position=0)
    missing = {f"provision_{form.pk}": Provision.NOT_NEEDED}
    response = client.post(PAGE, typed(client, world.free, file=listed(*GOOD), **missing))
    assert {row.refusal for row in response.context["rows"]} == {
        "Not complete, missing: Application form. Ask the applicant for all of it, or tick how it came."
    }


def test_the_template_is_of_the_procedure(world, browser):
    response = browser(world.clerk).get(PAGE + "mau/", {"procedure": "1.000002"})
    assert response["Content-Disposition"] == 'attachment; filename="danh-sach-1.000002.xlsx"'
    book = load_workbook(io.BytesIO(response.content))
    assert book["Hướng dẫn"]["B1"].value == "1.000002 Thủ tục có lệ phí"
    assert browser(world.clerk).get(PAGE + "mau/", {"procedure": "9.999999"}).status_code == 404


def test_a_procedure_that_is_not_there_is_told_on_the_first_page(world, browser):
    response = browser(world.clerk).get(PAGE, {"procedure": "9.999999"})
    assert messages_of(response) == ["There is no procedure 9.999999 in the catalogue."]
    assert "One procedure, many people" in text_of(response)


# One person, several procedures -----------------------------------------------------------------------


def person(client, *codes, **changes) -> dict:
    form = client.get(PERSON).context["form"]
    applicant = {"full_name": "Trần Văn Thử", "id_number": "040099000001", "chosen": codes}
    return {**proposed(form), **applicant, **changes}


def person_again(response, **changes) -> dict:
    data = proposed(response.context["form"])
    for checklist in response.context["checklists"]:
        data |= proposed(checklist)
    return {**data, **changes}


def test_one_person_gets_a_checklist_and_a_dossier_of_each_procedure(world, browser):
    client = browser(world.clerk)
    checked = client.post(PERSON, person(client, "1.000001", "1.000002"))
    assert preview(checked) == [("1.000001", ""), ("1.000002", "")]
    assert Dossier.objects.count() == 0
    response = client.post(PERSON, person_again(checked, receive="1"), follow=True)
    assert messages_of(response) == ["2 dossiers are received."]
    group = ReceptionGroup.objects.get()
    assert (group.name, group.kind) == ("Trần Văn Thử", GroupKind.PROCEDURES)
    assert len({dossier.applicant_id for dossier in group.dossiers.all()}) == 1
    assert sorted(dossier.fee_total for dossier in group.dossiers.all()) == [0, 15000]


def test_one_person_needs_a_number_and_a_procedure_that_there_is(world, browser):
    client = browser(world.clerk)
    response = client.post(PERSON, person(client))
    assert errors_of(response) == {"find": ["Choose at least one procedure."]}
    response = client.post(PERSON, person(client, "9.999999", "💥"))
    assert list(errors_of(response)) == ["chosen"]
    response = client.post(PERSON, person(client, "1.000001", "1.000002", id_number=""))
    assert errors_of(response) == {
        "id_number": ["Enter the ID or tax number: by it the dossiers belong to one person."]
    }


def test_a_procedure_is_added_by_its_button_or_the_first_that_was_typed(world, browser):
    client = browser(world.clerk)
    response = client.post(PERSON, person(client, add="1.000001"))
    assert preview(response) == [("1.000001", "")]
    response = client.post(PERSON, person_again(response, find="thu tuc 1.000002"))
    assert [row.place for row in response.context["rows"]] == ["1.000001", "1.000002"]
    form = response.context["form"]
    assert form["chosen"].value() == ["1.000001", "1.000002"]
    assert (form["find"].value(), form.fields["find"].widget.attrs["autofocus"]) == ("", True)


def test_a_procedure_added_with_the_last_button_is_looked_at_and_not_received(world, browser):
    client = browser(world.clerk)
    checked = client.post(PERSON, person(client, "1.000001"))
    response = client.post(PERSON, person_again(checked, find="1.000002", receive="1"))
    assert [row.place for row in response.context["rows"]] == ["1.000001", "1.000002"]
    assert Dossier.objects.count() == 0


def test_a_refusal_of_the_whole_is_said_once(world, browser):
    client = browser(world.clerk)
    response = client.post(PERSON, person(client, "1.000001", receive="1", id_number=""))
    assert errors_of(response) == {
        "id_number": ["Enter the ID or tax number: by it the dossiers belong to one person."]
    }
    assert Dossier.objects.count() == 0


def test_words_that_no_procedure_has_are_told_so(world, browser):
    client = browser(world.clerk)
    for words in ("không có gì như vậy", "x" * 300):
        response = client.post(PERSON, person(client, "1.000001", find=words))
        assert "find" in errors_of(response), words
        assert Dossier.objects.count() == 0


def test_procedures_are_found_while_they_are_typed(world, browser):
    found = browser(world.clerk).post(PAGE + "tim/", {"find": "1.000002"})
    assert 'name="add" value="1.000002"' in found.content.decode()
    assert "1.000001" not in found.content.decode()


def test_what_several_agencies_decide_asks_for_one_of_them(world, browser):
    client = browser(world.centre_clerk)
    asked = client.post(PERSON, person(client, "1.000001"))
    (checklist,) = asked.context["checklists"]
    assert list(checklist.errors) == ["competent_agency"]
    name = checklist.add_prefix("competent_agency")
    checked = client.post(PERSON, person_again(asked, **{name: world.ward.pk}))
    client.post(PERSON, person_again(checked, receive="1", **{name: world.ward.pk}))
    dossier = Dossier.objects.get()
    assert (dossier.receiving_desk, dossier.competent_agency) == (world.centre, world.ward)


def test_one_wish_that_is_refused_keeps_the_others_back_too(world, browser):
    make_procedure("1.000008", "Thủ tục chọn phí")
    FeeLine.objects.create(
        version=make_procedure("1.000009", "Thủ tục chưa có phí").versions.get(),
        name="Phí",
        kind=FeeKind.FEE,
        rule=FeeRule.SET_BY_PROVINCE,
    )
    client = browser(world.clerk)
    checked = client.post(PERSON, person(client, "1.000008", "1.000009"))
    assert [row.is_ready for row in checked.context["rows"]] == [True, False]
    response = client.post(PERSON, person_again(checked, receive="1"))
    assert "Nothing was received." in errors_of(response)["__all__"][0]
    assert Dossier.objects.count() == 0


# Who --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["officer", "supervisor", "head", "auditor"])
def test_only_clerks_receive_groups_and_print_their_receipts(world, browser, who):
    client = browser(getattr(world, who))
    for path in (PAGE, PAGE + "mau/", PERSON, RECEIPTS + "?today=1"):
        assert (path, client.get(path).status_code) == (path, 403)
    assert client.post(PAGE, {"procedure": "1.000001"}).status_code == 403


def test_a_group_is_shown_to_those_who_see_its_dossiers(world, browser):
    group = received(browser(world.clerk), world, *GOOD)
    page = text_of(browser(world.supervisor).get(f"{PAGE}{group.pk}/"))
    assert "H41.101-261109-0001" in page
    assert "Print all receipts" not in page
    assert browser(world.outsider_clerk).get(f"{PAGE}{group.pk}/").status_code == 404
    assert browser(world.clerk).get(f"{PAGE}{group.pk + 1}/").status_code == 404
