"""The editor of texts of notices: who may, what is refused and named, and the preview on a dossier."""

from dataclasses import replace

import pytest
from django.test import Client

from cases import services
from cases.errors import NotPermitted
from cases.services import notice_texts
from notifications.models import Message, NoticeTemplate
from procedures.enums import Role
from tests.cases.admin.conftest import messages_of, text_of
from tests.cases.helpers import crowd, make_person

LIST = "/quan-tri/mau-thong-bao/"
PAGE = "/quan-tri/mau-thong-bao/settled/en/moi-kenh/"
SMS_PAGE = "/quan-tri/mau-thong-bao/settled/en/sms/"
PREVIEW = f"{PAGE}xem-truoc/"
FULL = "{agency} {handler} {received} {step_time} {due}"


@pytest.fixture
def keeper(world):
    """Keeps the system and reads no dossiers."""
    return make_person("quan-tri", world.province, Role.SYSTEM_ADMIN, is_staff=True)


@pytest.fixture
def reader(world):
    """Keeps the system and reads dossiers too."""
    return make_person("toan-quyen-2", None, "", is_superuser=True, is_staff=True)


def typed(body=FULL, **values) -> dict:
    return {
        "subject": "Ready: {code}",
        "body": body,
        "active_from": "",
        "after": "0",
        "dossier": "",
        **values,
    }


def error_of(response) -> str:
    return " ".join(error for errors in response.context["form"].errors.values() for error in errors)


# Who ---------------------------------------------------------------------------------------------------


def test_only_keepers_of_system_and_catalogue_get_in(world, browser):
    allowed = []
    for person in crowd(world):
        person.is_staff = True
        person.save()
        statuses = {
            browser(person).get(LIST).status_code,
            browser(person).get(PAGE).status_code,
            browser(person).post(PREVIEW, typed()).status_code,
            browser(person).post(PAGE, typed("")).status_code,
        }
        if statuses == {200}:
            allowed.append(person.username)
        else:
            assert (person.username, statuses) in [(person.username, {403}), (person.username, {302})]
    assert allowed == ["quan-tri-he-thong", "toan-quyen", "khong-don-vi-system_admin"]


def test_an_agency_administrator_writes_texts_only_from_the_top_of_the_tree(world, browser):
    top = make_person("quan-tri-tinh", world.province, Role.AGENCY_ADMIN, is_staff=True)
    below = make_person("quan-tri-phuong", world.ward, Role.AGENCY_ADMIN, is_staff=True)
    assert [browser(person).get(LIST).status_code for person in (top, below)] == [200, 403]


def test_the_service_asks_again_who_saves(world):
    facts = {"language": "en", "channel": "", "by": world.supervisor}
    with pytest.raises(NotPermitted):
        notice_texts.save("settled", subject="S", body=FULL, **facts)
    with pytest.raises(NotPermitted):
        notice_texts.reset("settled", **facts)


def test_the_sidebar_leads_there_only_who_may(world, browser, keeper):
    assert LIST in browser(keeper).get("/quan-tri/").content.decode()
    assert LIST not in browser(world.supervisor).get("/quan-tri/").content.decode()


@pytest.mark.parametrize("path", ["digest/en/moi-kenh", "settled/fr/moi-kenh", "settled/en/fax", "x/en/sms"])
def test_what_is_no_notice_is_not_found(browser, keeper, path):
    assert browser(keeper).get(f"{LIST}{path}/").status_code == 404
    assert browser(keeper).post(f"{LIST}{path}/xem-truoc/", typed()).status_code == 404


# Saving ------------------------------------------------------------------------------------------------


def test_the_editor_begins_with_the_built_in_text_of_its_language(browser, keeper):
    text = text_of(browser(keeper).get(PAGE))
    assert "Return of the result: {due}." in text
    assert "Received: {received}. Now: {handler}, {step_time}. Return: {due}." in text_of(
        browser(keeper).get(SMS_PAGE)
    )
    assert "{handler} demanded by law Who handles the dossier now, and where" in text


def test_a_saved_text_is_what_applicants_get(world, browser, keeper):
    response = browser(keeper).post(PAGE, typed(f"Come, {{applicant}}!\r\n{FULL}"), follow=True)
    assert messages_of(response) == ["The text is saved as a new version."]
    world.applicant = replace(world.applicant, language="en")
    world.with_result()
    mail = Message.objects.filter(kind="settled", channel="email").latest("pk")
    assert (mail.subject.startswith("Ready: H41.101-"), mail.body) == (
        True,
        "Come, Nguyễn Thị Ví Dụ!\nUBND phường Thử Nghiệm UBND phường Thử Nghiệm 09/11/2026 09:00 "
        "09/11/2026 09:00 it is there since 09/11/2026 09:00",
    )


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("{nonsense} " + FULL, ["{nonsense}"]),
        ("{agency.name} {due!r} {due[0]} {due:>9} " + FULL, ["{agency.name}", "{due!r}", "{due[0]}"]),
        ("{agency} {due}", ["{handler}", "{received}", "{step_time}"]),
        ("", ["This text is empty."]),
        ("{agency", ["{agency"]),
    ],
)
def test_what_could_not_be_sent_is_not_saved_and_each_fault_is_named(browser, keeper, body, named):
    response = browser(keeper).post(PAGE, typed(body))
    assert response.status_code == 200
    assert [name for name in named if name not in error_of(response)] == []
    assert NoticeTemplate.objects.count() == 0
    assert response.context["form"]["body"].value() == body  # nothing typed is lost


def test_two_who_edit_the_same_text_do_not_undo_each_other(browser, keeper):
    browser(keeper).post(PAGE, typed())
    response = browser(keeper).post(PAGE, typed("Other " + FULL))
    assert "Somebody else has saved this text in the meantime." in text_of(response)
    assert NoticeTemplate.objects.count() == 1


def test_a_text_that_is_long_as_an_sms_is_saved_with_a_warning_that_counts(browser, keeper, settings):
    settings.SMS_MAX_SEGMENTS = 2
    response = browser(keeper).post(SMS_PAGE, typed(f"{'Dài quá. ' * 20}{FULL}"), follow=True)
    saved, warning = messages_of(response)
    assert saved == "The text is saved as a new version."
    assert warning.startswith("As an SMS this fills 5 parts (") and "UCS-2); more than 2 parts" in warning


def test_the_versions_say_who_wrote_what_and_the_built_in_text_comes_back(browser, keeper):
    client = browser(keeper)
    client.post(PAGE, typed("One " + FULL))
    client.post(PAGE, typed("Two " + FULL, after="1", active_from="12/11/2026 08:00"))
    text = text_of(client.get(PAGE))
    for words in ("One {agency}", "Two {agency}", "12/11/2026 08:00 not in force yet", "Quan-Tri"):
        assert words in text
    assert "version 2 from 12/11/2026 08:00, Quan-Tri" in text_of(client.get(LIST))
    response = client.post(PAGE, {"reset": "1"}, follow=True)
    assert messages_of(response) == ["The built-in text is used again."]
    assert "Return of the result: {due}." in text_of(response)
    assert "built in again" in text_of(client.get(LIST))
    response = client.post(PAGE, {"reset": "1"}, follow=True)
    assert messages_of(response) == ["There is no text of the office's own here; nothing was changed."]


def test_a_page_without_its_token_saves_nothing(keeper):
    client = Client(enforce_csrf_checks=True)
    client.force_login(keeper)
    assert client.post(PAGE, typed()).status_code == 403
    assert NoticeTemplate.objects.count() == 0


# Preview -----------------------------------------------------------------------------------------------


def preview(browser, person, body="{applicant} | {code} | {due} | {sentence}", **values) -> str:
    return text_of(browser(person).post(PREVIEW, typed(body, **values)))


def test_without_a_dossier_every_word_is_invented(world, browser, reader, keeper):
    world.with_result()
    for person in (reader, keeper):
        text = preview(browser, person)
        assert "All words are invented." in text
        assert "Nguyễn Thị Ví Dụ | H00.000-261109-0001 | 12/11/2026 17:00 | An example" in text


def test_who_reads_dossiers_tries_it_on_a_real_one_for_all_channels(world, browser, reader):
    dossier = world.with_result()
    text = preview(browser, reader, dossier=dossier.code)
    said = f"Nguyễn Thị Ví Dụ | {dossier.code} | it is there since 09/11/2026 09:00 | Nothing is owed"
    assert text.count(said) == 3
    assert f"Ready: {dossier.code}" in text
    assert "Parts of an SMS: " in text
    assert "The dossier is real and shown as it stands now." in text


def test_an_event_that_the_dossier_had_not_is_invented(world, browser, reader):
    dossier = world.processing()
    text = preview(browser, reader, dossier=dossier.code)
    assert f"| {dossier.code} | 12/11/2026 17:00 | An example of what happened." in text
    assert "it had no such event yet" in text


def test_who_keeps_the_system_sees_times_of_a_real_dossier_and_no_person(world, browser, keeper):
    private = replace(world.applicant, full_name="Trần Thị Kín Đáo", id_number="040000000009")
    dossier = world.processing(applicant=private)
    services.withdraw(dossier, by=world.clerk, reason="Chuyện riêng trong nhà")
    page = "/quan-tri/mau-thong-bao/withdrawn/en/moi-kenh/xem-truoc/"
    body = "{applicant} {handler} {reason} {sentence} {details} | {agency} {procedure} {code} {received}"
    text = text_of(browser(keeper).post(page, typed(body, dossier=dossier.code)))
    assert f"UBND phường Thử Nghiệm Thủ tục không thu phí (EN) {dossier.code} 09/11/2026 09:00" in text
    for secret in ("Kín Đáo", "Chuyện riêng", "Thụ Lý"):
        assert secret not in text
    assert "people and free words are invented" in text


def test_a_dossier_of_other_agencies_is_as_if_there_were_none(world, browser):
    dossier = world.with_result()
    elsewhere = make_person("quan-tri-khac", world.other_ward, Role.SYSTEM_ADMIN, is_staff=True)
    for code in (dossier.code, "H41.101-261109-0999"):
        text = preview(browser, elsewhere, dossier=code)
        assert "There is no dossier with this code, or it belongs to other agencies." in text
        assert "UBND phường Thử Nghiệm" not in text


def test_the_preview_names_what_is_wrong_instead_of_drawing_it(browser, keeper):
    text = preview(browser, keeper, "{agency} {nonsense}")
    assert "This is no placeholder of this event: {nonsense}." in text
    assert "{handler}, {received}, {step_time}, {due}" in text
    assert "Parts of an SMS" not in text


def test_the_preview_draws_no_tags_of_the_text(browser, keeper):
    page = browser(keeper).post(PREVIEW, typed("<script>alert(1)</script> {applicant}")).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_a_channel_with_a_text_of_its_own_is_not_changed_by_that_of_all(browser, keeper):
    client = browser(keeper)
    client.post(SMS_PAGE, typed("Own SMS " + FULL))
    text = text_of(client.post(PREVIEW, typed("New " + FULL)))
    assert text.count("New Example Ward") == 2
    assert "SMS not changed by this text Own SMS Example Ward" in text


def test_without_javascript_the_button_tries_it(world, browser, reader):
    dossier = world.with_result()
    response = browser(reader).post(PAGE, typed(dossier=dossier.code, **{"try": "1"}))
    assert f"Ready: {dossier.code}" in text_of(response)
    assert NoticeTemplate.objects.count() == 0


def test_progress_shows_the_way_to_do_without_it(browser, keeper):
    page = "/quan-tri/mau-thong-bao/started/en/moi-kenh/xem-truoc/"
    assert (
        text_of(browser(keeper).post(page, typed())).count("You can do without messages like this one") == 1
    )
