"""Reception on one page: found by words, promised before saving, received once."""

from datetime import date

import pytest

from cases import services
from cases.enums import Provision, State
from cases.models import Applicant, CodeCounter, Dossier
from procedures.enums import FeeKind, FeeRule, Level, LimitUnit, VersionStatus
from procedures.models import FeeLine, FeeTariff, Procedure, TimeLimit
from tests.cases.admin.conftest import messages_of, page_of, text_of
from tests.cast import make_procedure

PAGE = "/quan-tri/tiep-nhan/"
APPLICANT = {
    "kind": "citizen",
    "full_name": "Trần Văn Thử",
    "id_number": "040099000001",
    "phone": "0900 000 009",
    "email": "thu@congdan.example",
    "address": "Xóm Thử Nghiệm",
    "notice_channels": ["email"],
    "return_channel": "desk",
    "channel": "desk",
}


def typed(client, procedure: Procedure, **changes) -> dict:
    """What the page sends: its own proposals, the applicant, and what the test changes."""
    form = client.get(PAGE, {"procedure": procedure.code}).context["form"]
    proposed = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    return {**proposed, "procedure": procedure.code, **APPLICANT, **changes}


def errors_of(response) -> dict:
    return {name: list(errors) for name, errors in response.context["form"].errors.items()}


# --- Which procedure ----------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["le phi", "LỆ PHÍ", "1.000002", "ho tich le"])
def test_procedure_is_found_by_code_name_or_field_without_accents(world, browser, text):
    response = browser(world.clerk).post(PAGE, {"q": text})
    assert [str(version) for version in response.context["versions"]] == ["1.000002 Thủ tục có lệ phí (EN)"]


def test_results_below_the_search_box_come_alone_while_somebody_types(world, browser):
    response = browser(world.clerk).post(PAGE + "tim/", {"q": "le phi"})
    assert text_of(response) == "1.000002 Thủ tục có lệ phí (EN) Hộ tịch"


def test_search_finds_only_what_is_in_force(world, browser):
    make_procedure("1.000009", "Thủ tục dự thảo", status=VersionStatus.DRAFT)
    make_procedure("2.001009", "Thủ tục đã bãi bỏ", in_force_to=date(2025, 10, 31))
    found = browser(world.clerk).get(PAGE).context["versions"]
    assert [version.procedure.code for version in found] == ["1.000001", "1.000002"]


def test_abolished_procedure_is_refused_with_the_reason(world, browser):
    make_procedure("2.001009", "Thủ tục đã bãi bỏ", in_force_to=date(2025, 10, 31))
    response = browser(world.clerk).get(PAGE, {"procedure": "2.001009"})
    assert messages_of(response) == [
        "Procedure 2.001009 was abolished: its last day in force was 31/10/2025."
    ]


def test_unknown_procedure_is_refused(world, browser):
    response = browser(world.clerk).get(PAGE, {"procedure": "9.999999"})
    assert messages_of(response) == ["There is no procedure 9.999999 in the catalogue."]


@pytest.mark.parametrize("who", ["officer", "supervisor", "head", "auditor"])
def test_only_clerks_receive(world, browser, who):
    client = browser(getattr(world, who))
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE + "tim/", {"q": "le phi"}).status_code == 403
    assert client.post(PAGE + "hen/", {"procedure": "1.000001"}).status_code == 403
    assert client.post(PAGE, {"procedure": "1.000001"}).status_code == 403


# --- What the page proposes ---------------------------------------------------------------------


def test_checklist_proposes_paper_reuse_where_a_database_knows_and_leaves_conditional_papers_out(
    world, browser
):
    form = browser(world.clerk).get(PAGE, {"procedure": "1.000001"}).context["form"]
    assert [(row["component"].name_vi, row["provision"].value()) for row in form.checklist] == [
        ("Tờ khai", Provision.PAPER),
        ("Giấy tờ tùy thân", Provision.REUSED),
        ("Văn bản ủy quyền", Provision.NOT_NEEDED),
    ]


def test_reuse_is_offered_only_where_there_is_an_electronic_source(world, browser):
    form = browser(world.clerk).get(PAGE, {"procedure": "1.000001"}).context["form"]
    offered = [[value for value, _ in row["provision"].field.choices] for row in form.checklist]
    assert offered == [
        ["paper", "shown", "not_needed"],
        ["reused", "paper", "shown", "not_needed"],
        ["paper", "shown", "not_needed"],
    ]


def test_limit_is_asked_for_only_when_there_are_several(world, browser):
    client = browser(world.clerk)
    assert "limit" not in client.get(PAGE, {"procedure": "1.000001"}).context["form"].fields
    version = world.free.versions.get()
    TimeLimit.objects.create(
        version=version,
        position=1,
        label="10 ngày",
        amount=10,
        unit=LimitUnit.WORKING_DAY,
        condition="phải xác minh",
    )
    page = client.get(PAGE, {"procedure": "1.000001"})
    assert "10 ngày (phải xác minh)" in text_of(page)


def test_competent_agency_is_asked_for_only_when_it_does_not_follow(world, browser):
    client = browser(world.clerk)
    assert "competent_agency" not in client.get(PAGE, {"procedure": "1.000001"}).context["form"].fields
    far = make_procedure("1.000005", "Thủ tục cấp bộ", level=Level.MINISTRY)
    response = client.post(PAGE, typed(client, far))
    assert errors_of(response) == {"competent_agency": ["This field is required."]}
    client.post(PAGE, typed(client, far, competent_agency=world.province.pk))
    assert Dossier.objects.get().competent_agency == world.province


def test_quantities_are_asked_for_only_when_a_fee_depends_on_them(world, browser):
    client = browser(world.clerk)
    assert "copies" not in client.get(PAGE, {"procedure": "1.000002"}).context["form"].fields
    FeeLine.objects.create(
        version=world.free.versions.get(), name="Phí", kind=FeeKind.FEE, rule=FeeRule.PER_COPY, amount=2000
    )
    client.post(PAGE, typed(client, world.free, copies="3"))
    assert Dossier.objects.get().fee_total == 6000


# --- The promise before saving ------------------------------------------------------------------


def test_due_date_is_shown_before_saving_and_nothing_is_saved(world, browser):
    client = browser(world.clerk)
    response = client.post(PAGE, typed(client, world.paid, check="1"))
    preview = response.context["preview"]
    assert f"{preview.due_at:%d/%m/%Y %H:%M}" == "12/11/2026 17:00"
    assert (preview.fees, preview.total) == ((("Lệ phí", "15.000 đ"),), "15.000 đ")
    assert not Dossier.objects.exists()


def test_due_date_shown_is_the_one_that_is_promised(world, browser, clock):
    clock.move_to("2026-11-20 18:30")  # Friday evening: counts from Monday, and Tuesday 24/11 is off
    client = browser(world.clerk)
    shown = client.post(PAGE, typed(client, world.free, check="1")).context["preview"].due_at
    client.post(PAGE, typed(client, world.free))
    assert Dossier.objects.get().due_at == shown


def test_due_date_follows_while_the_form_is_filled_in(world, browser):
    response = browser(world.clerk).post(PAGE + "hen/", {"procedure": "1.000002"})
    text = text_of(response)
    assert "Due 12/11/2026 17:00" in text
    assert "To be paid 15.000 đ" in text
    assert "Monday 09/11/2026 no day of reception, not counted" in text


def test_due_date_waits_for_the_agency_that_decides(world, browser):
    make_procedure("1.000005", "Thủ tục cấp bộ", level=Level.MINISTRY)
    response = browser(world.clerk).post(PAGE + "hen/", {"procedure": "1.000005"})
    assert text_of(response) == "Choose the agency that decides."


def test_tariff_of_the_province_is_shown_or_said_to_be_missing(world, browser):
    version = world.free.versions.get()
    FeeLine.objects.create(
        version=version, name="Lệ phí tỉnh", kind=FeeKind.CHARGE, rule=FeeRule.SET_BY_PROVINCE
    )
    client = browser(world.clerk)
    assert "Lệ phí tỉnh not set yet" in text_of(client.post(PAGE + "hen/", {"procedure": "1.000001"}))
    response = client.post(PAGE, typed(client, world.free))
    assert response.context["form"].non_field_errors() == [
        "The amount of “Lệ phí tỉnh” has not been entered. Ask the administrator to enter it."
    ]
    FeeTariff.objects.create(
        agency=world.province,
        procedure=world.free,
        fee_name="Lệ phí tỉnh",
        amount=8000,
        legal_reference="NQ ví dụ",
        in_force_from=date(2026, 1, 1),
    )
    assert "Lệ phí tỉnh 8.000 đ" in text_of(client.post(PAGE + "hen/", {"procedure": "1.000001"}))


# --- Receiving ------------------------------------------------------------------------------------


def test_reception_makes_a_dossier_and_leads_to_its_page(world, browser):
    client = browser(world.clerk)
    response = client.post(PAGE, typed(client, world.free, subject="Cấp mới"), follow=True)
    dossier = Dossier.objects.get()
    assert response.redirect_chain == [(page_of(dossier), 302)]
    assert messages_of(response) == ["Received as H41.101-261109-0001. Print the receipt for the applicant."]
    assert (dossier.state, dossier.subject, dossier.applicant.phone) == (
        State.RECEIVED,
        "Cấp mới",
        "0900000009",
    )
    assert [item.provision for item in dossier.components.all()] == ["paper", "reused", "not_needed"]
    assert response.context["prints_receipt"] is True


def test_the_same_page_sent_twice_makes_one_dossier(world, browser):
    client = browser(world.clerk)
    sent = typed(client, world.free)
    client.post(PAGE, sent)
    response = client.post(PAGE, sent, follow=True)
    assert Dossier.objects.count() == 1
    assert messages_of(response)[-1] == (
        "This page was sent before; it has already become dossier H41.101-261109-0001."
    )


def test_two_pages_with_the_same_facts_make_two_dossiers(world, browser):
    client = browser(world.clerk)
    client.post(PAGE, typed(client, world.free))
    client.post(PAGE, typed(client, world.free, duplicate_known="on"))
    assert Dossier.objects.count() == 2


def test_a_page_that_already_received_something_else_asks_before_it_receives_again(world, browser):
    client = browser(world.clerk)
    sent = typed(client, world.free)
    client.post(PAGE, sent)
    response = client.post(PAGE, {**sent, "full_name": "Người Khác", "id_number": "040000000002"})
    form = response.context["form"]
    assert form.non_field_errors() == [
        "This page has already received a dossier, with other data. If this is another one, "
        "press “Receive” again; nothing was saved yet."
    ]
    assert (Dossier.objects.count(), form["full_name"].value()) == (1, "Người Khác")
    client.post(
        PAGE, {**sent, "full_name": "Người Khác", "id_number": "040000000002", "nonce": form["nonce"].value()}
    )
    assert Dossier.objects.count() == 2


def test_missing_papers_are_named_at_the_checklist_and_nothing_typed_is_lost(world, browser):
    client = browser(world.clerk)
    form, identity, _ = world.free.versions.get().components.all()
    changes = {f"provision_{form.pk}": "not_needed", f"provision_{identity.pk}": "not_needed"}
    response = client.post(PAGE, typed(client, world.free, subject="Đừng mất", **changes))
    assert errors_of(response) == {
        "components": [
            "Not complete, missing: Application form; Identity paper. "
            "Ask the applicant for all of it, or tick how it came."
        ]
    }
    again = response.context["form"]
    assert (again["subject"].value(), again["full_name"].value()) == ("Đừng mất", "Trần Văn Thử")
    assert again[f"provision_{form.pk}"].value() == "not_needed"


def test_a_page_that_was_refused_can_be_corrected_and_sent_again(world, browser):
    client = browser(world.clerk)
    form = world.free.versions.get().components.first()
    sent = typed(client, world.free)
    client.post(PAGE, {**sent, f"provision_{form.pk}": "not_needed"})
    client.post(PAGE, sent)
    assert Dossier.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("full_name", "   "),
        ("full_name", "x" * 301),
        ("id_number", "04<script>"),
        ("phone", "0900-ABC"),
        ("email", "không phải thư"),
        ("kind", "robot"),
        ("return_channel", "pigeon"),
        ("channel", "online"),
        ("notice_channels", ["pigeon"]),
    ],
)
def test_bad_input_is_refused_at_its_field_and_changes_nothing(world, browser, field, value):
    client = browser(world.clerk)
    response = client.post(PAGE, typed(client, world.free, **{field: value}))
    assert list(errors_of(response)) == [field]
    assert not Dossier.objects.exists()
    assert not Applicant.objects.exists()
    assert not CodeCounter.objects.exists()


def test_names_with_signs_of_html_are_shown_as_they_were_typed(world, browser):
    client = browser(world.clerk)
    response = client.post(PAGE, typed(client, world.free, full_name="<b>Đậm</b> 🙂"), follow=True)
    assert "&lt;b&gt;Đậm&lt;/b&gt; 🙂" in response.content.decode()


def test_a_fee_has_to_be_chosen_when_all_depend_on_the_case(world, browser):
    version = world.free.versions.get()
    line = FeeLine.objects.create(
        version=version,
        name="Lệ phí",
        kind=FeeKind.CHARGE,
        rule=FeeRule.FIXED,
        amount=8000,
        condition="quá hạn",
    )
    client = browser(world.clerk)
    response = client.post(PAGE, typed(client, world.free))
    assert errors_of(response) == {"fees": ["Choose which fee applies: Lệ phí (quá hạn)."]}
    client.post(PAGE, typed(client, world.free, fees=[str(line.pk)]))
    client.post(PAGE, typed(client, world.free, fees=["none"], duplicate_known="on"))
    assert sorted(dossier.fee_total for dossier in Dossier.objects.all()) == [0, 8000]


def test_postal_reception_at_the_desk_keeps_its_channel(world, browser):
    client = browser(world.clerk)
    client.post(PAGE, typed(client, world.free, channel="post", return_channel="post"))
    dossier = Dossier.objects.get()
    assert (dossier.channel, dossier.return_channel) == ("post", "post")


# --- Filings ---------------------------------------------------------------------------------------


def filing_page(dossier) -> str:
    return f"{PAGE}{dossier.pk}/"


def test_filing_is_received_with_the_checklist_as_it_was_handed_in(world, browser):
    dossier = world.submit()
    client = browser(world.clerk)
    form = client.get(filing_page(dossier)).context["form"]
    assert [row["provision"].value() for row in form.checklist] == ["paper", "shown", "not_needed"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    response = client.post(filing_page(dossier), sent, follow=True)
    assert messages_of(response) == ["Received as H41.101-261109-0001. Print the receipt for the applicant."]
    assert Dossier.objects.get(pk=dossier.pk).state == State.RECEIVED


def test_incomplete_filing_is_not_received_and_says_what_is_missing(world, browser):
    dossier = world.submit(components=[])
    client = browser(world.clerk)
    form = client.get(filing_page(dossier)).context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    first = form.checklist[0]["provision"].html_name
    response = client.post(filing_page(dossier), {**sent, first: "not_needed"})
    assert list(errors_of(response)) == ["components"]
    assert Dossier.objects.get(pk=dossier.pk).state == State.SUBMITTED


def test_filing_that_waits_for_its_applicant_is_completed_by_one_click(world, browser):
    dossier = world.submit()
    services.ask_to_complete(dossier, by=world.clerk, reason="Thiếu", items=["Tờ khai"])
    client = browser(world.clerk)
    assert "Completed by the applicant" in text_of(client.get(page_of(dossier)))
    response = client.post(filing_page(dossier) + "bo-sung/", follow=True)
    assert messages_of(response) == ["The filing is complete; it counts from now."]
    assert "Completed by the applicant" not in {str(b.label) for b in response.context["buttons"]}


def test_filing_of_another_desk_is_not_there(world, browser):
    dossier = world.submit()
    client = browser(world.outsider_clerk)
    assert client.get(filing_page(dossier)).status_code == 404
    assert client.post(filing_page(dossier) + "bo-sung/").status_code == 404


def test_what_was_received_already_is_not_received_again(world, browser):
    dossier = world.receive()
    response = browser(world.clerk).post(filing_page(dossier), follow=True)
    assert "“Receive” is not possible now" in messages_of(response)[0]
