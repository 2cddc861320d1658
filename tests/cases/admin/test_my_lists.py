"""Saved lists and columns to choose: each person's own."""

import pytest

from cases import lists
from cases.admin.dossiers import CELLS
from cases.errors import Invalid
from cases.models import ListColumns, SavedList
from cases.services import lists as service
from tests.cases.admin.conftest import messages_of, text_of
from tests.cases.admin.test_dossier_list import LIST, codes, searched

LISTS = "/quan-tri/danh-sach/"
COLUMNS = "/quan-tri/danh-sach/cot/"


def save(client, name: str, query: str):
    return client.post(f"{LISTS}luu/", {"name": name, "list": query}, follow=True)


# --- Saved lists --------------------------------------------------------------------------------


def test_a_saved_list_is_a_link_above_the_dossiers(world, browser):
    client = browser(world.clerk)
    response = save(client, "  Chờ số hóa ", "state=received&o=due")
    assert response.redirect_chain[-1][0] == f"{LIST}?state=received&o=due"
    page = client.get(LIST).content.decode()
    assert 'href="?state=received&amp;o=due">Chờ số hóa</a>' in page


def test_a_saved_list_finds_what_fits_today(world, browser):
    client = browser(world.clerk)
    save(client, "Mới", "state=received")
    dossier = world.receive()
    assert codes(client.get(f"{LIST}?{SavedList.objects.get().query}")) == [dossier.code]


def test_the_filters_of_a_list_are_said_in_words(world, browser):
    client = browser(world.clerk)
    query = f"state=received&due=today&agency={world.ward.identifier}&field=Hộ tịch&o=-due"
    save(client, "Mới", query)
    save(client, "Tất cả", "")
    text = text_of(client.get(LISTS))
    assert (
        "State: Received; Due date: Due today; Agency: UBND phường Thử Nghiệm; Field: Hộ tịch; "
        "by due date, last first"
    ) in text
    assert "all dossiers" in text


def test_what_a_list_does_not_know_any_more_is_not_said(world, browser):
    client = browser(world.clerk)
    SavedList.objects.create(user=world.clerk, name="Cũ", query="state=burnt&o=colour&group=77")
    assert "Received together: 77" in text_of(client.get(LISTS))
    assert "burnt" not in text_of(client.get(LISTS))


def test_a_saved_list_keeps_no_page_and_nothing_typed(world, browser):
    save(browser(world.clerk), "Mới", "state=received&tim=abc&q=nguyen&after=xyz&colour=red")
    assert SavedList.objects.get().query == "state=received"


def test_the_same_name_again_replaces_the_filters(world, browser):
    client = browser(world.clerk)
    save(client, "Mới", "state=received")
    save(client, "Mới", "state=paid")
    assert list(SavedList.objects.values_list("name", "query")) == [("Mới", "state=paid")]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("  ", "Give the list a name."),
        ("a\u202eb", "Give the list a name."),
        ("x" * 101, "The name of a list has at most 100 characters."),
    ],
)
def test_a_name_that_is_none_is_refused(world, browser, name, sentence):
    response = save(browser(world.clerk), name, "state=received")
    assert messages_of(response) == [sentence]
    assert SavedList.objects.count() == 0


def test_a_person_has_at_most_thirty_lists(world):
    for number in range(service.MOST_LISTS):
        service.save_list(world.clerk, name=f"Danh sách {number}", query="")
    with pytest.raises(Invalid) as refused:
        service.save_list(world.clerk, name="Một nữa", query="")
    assert "30 saved lists already" in str(refused.value)
    service.save_list(world.clerk, name="Danh sách 0", query="state=paid")


def test_lists_are_renamed_and_deleted(world, browser):
    client = browser(world.clerk)
    save(client, "Cũ", "state=received")
    saved = SavedList.objects.get()
    response = client.post(f"{LISTS}{saved.pk}/", {"name": "Mới"}, follow=True)
    assert messages_of(response) == ["The list has its new name."]
    assert SavedList.objects.get().name == "Mới"
    response = client.post(f"{LISTS}{saved.pk}/", {"delete": "1"}, follow=True)
    assert messages_of(response) == ["The list is deleted. Nothing happened to its dossiers."]
    assert SavedList.objects.count() == 0


def test_two_lists_of_a_person_cannot_have_one_name(world, browser):
    client = browser(world.clerk)
    save(client, "Một", "state=received")
    save(client, "Hai", "state=paid")
    response = client.post(f"{LISTS}{SavedList.objects.get(name='Hai').pk}/", {"name": "Một"}, follow=True)
    assert messages_of(response) == ["You have another list named “Một”. Choose a different name."]
    assert sorted(SavedList.objects.values_list("name", flat=True)) == ["Hai", "Một"]


def test_lists_of_others_are_neither_seen_nor_changed(world, browser):
    saved = service.save_list(world.clerk, name="Của tôi", query="state=received")
    client = browser(world.officer)
    assert "Của tôi" not in text_of(client.get(LISTS)) + text_of(client.get(LIST))
    assert client.post(f"{LISTS}{saved.pk}/", {"delete": "1"}).status_code == 404
    assert SavedList.objects.get() == saved


def test_a_saved_list_with_an_unknown_filter_shows_a_sentence(world, browser):
    dossier = world.receive()
    SavedList.objects.create(user=world.clerk, name="Cũ", query="colour=red&state=received")
    client = browser(world.clerk)
    assert "colour=red&amp;state=received" in client.get(LIST).content.decode()
    response = client.get(f"{LIST}?colour=red&state=received", follow=True)
    assert messages_of(response) == ["This list does not know the filter colour=red. It is shown without it."]
    assert codes(response) == [dossier.code]


@pytest.mark.parametrize("address", [LISTS, COLUMNS])
def test_who_sees_no_dossiers_has_no_lists(world, browser, address):
    world.clerk.role = "agency_admin"
    world.clerk.save()
    assert browser(world.clerk).get(address).status_code == 403


# --- Columns ------------------------------------------------------------------------------------


def test_columns_are_shown_as_they_were_chosen(world, browser):
    world.receive()
    client = browser(world.clerk)
    client.post(COLUMNS, {"order": ["phone", "state", "due"], "shown": ["phone", "due"]})
    assert ListColumns.objects.get().columns == ["phone", "due"]
    page = text_of(client.get(LIST))
    assert "Dossier Phone Due date" in page
    assert "0900000001" in page


def test_every_column_can_be_shown(world, browser):
    world.returned()
    world.submit()
    service.choose_columns(world.clerk, list(lists.COLUMNS))
    response = browser(world.clerk).get(LIST)
    assert set(response.context["cl"].list_display) >= set(CELLS.values())
    assert "Nguyễn Thị Ví Dụ" in text_of(response)


def test_the_arrows_move_a_column_and_save_nothing_yet(world, browser):
    client = browser(world.clerk)
    sent = {"order": ["state", "due", "phone"], "shown": ["due"], "up": "phone"}
    page = client.post(COLUMNS, sent)
    assert [row["name"] for row in page.context["rows"]] == ["state", "phone", "due"]
    assert [row["name"] for row in page.context["rows"] if row["shown"]] == ["due"]
    page = client.post(COLUMNS, {**sent, "up": "state"})
    assert [row["name"] for row in page.context["rows"]] == ["state", "due", "phone"]
    assert ListColumns.objects.count() == 0


def test_columns_begin_with_what_is_usual_for_the_role(world):
    assert service.columns_of(world.clerk) == lists.STANDARD_COLUMNS
    assert service.columns_of(world.officer)[:2] == ["code", "due"]
    service.choose_columns(world.officer, ["phone"])
    assert service.columns_of(world.officer) == ["code", "phone"]
    service.choose_columns(world.officer, [])
    assert service.columns_of(world.officer)[:2] == ["code", "due"]


def test_columns_that_do_not_exist_are_refused_and_old_ones_passed_over(world):
    with pytest.raises(Invalid) as refused:
        service.choose_columns(world.clerk, ["phone", "salary"])
    assert str(refused.value) == "Unknown columns: salary."
    ListColumns.objects.create(user=world.clerk, columns=["gone", "phone"])
    assert service.columns_of(world.clerk) == ["code", "phone"]


def test_columns_of_one_person_are_not_those_of_another(world, browser):
    service.choose_columns(world.clerk, ["phone"])
    assert service.columns_of(world.supervisor) == lists.STANDARD_COLUMNS


def test_a_search_keeps_its_columns_and_its_filters_in_the_bar(world, browser):
    world.receive()
    page = searched(browser(world.clerk), "nguyen", list="state=received").content.decode()
    assert '<input type="hidden" name="list" value="state=received">' in page
