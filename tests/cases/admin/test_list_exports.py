"""The dossier list as an Excel file: at once or by a worker, safe to open, one's own, soon forgotten."""

import io
import logging
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from cases import tasks
from cases.enums import ExportState
from cases.excel import write_list
from cases.models import ListExport
from cases.services import exports
from cases.services.applicants import ApplicantFacts
from cases.services.lists import choose_columns
from tests.cases.admin.conftest import messages_of, text_of
from tests.cases.admin.test_dossier_list import LIST, searched
from tests.cases.admin.test_long_lists import many

EXPORTS = "/quan-tri/xuat-excel/"
NEW = "/quan-tri/xuat-excel/moi/"


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path), "base_url": None},
        },
    }
    return tmp_path


@pytest.fixture
def nothing_at_once(monkeypatch):
    monkeypatch.setattr(exports, "AT_ONCE", 0)


def rows_of(content: bytes) -> list[tuple]:
    return list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def waiting(world, query: str = "", user=None) -> ListExport:
    return exports.ask_export(user or world.clerk, query)


# --- At once ------------------------------------------------------------------------------------


def test_a_short_list_is_a_file_at_once(world, browser):
    dossier = world.processing()
    response = browser(world.clerk).post(NEW, {"list": "state=processing"})
    assert response["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert response["Content-Disposition"] == 'attachment; filename="ho-so-20261109-0900.xlsx"'
    assert response["Cache-Control"].startswith("private, no-store")
    assert rows_of(response.content) == [
        ("Dossier", "Procedure", "Applicant", "State", "Due date", "Held by"),
        (
            dossier.code,
            "1.000001 Thủ tục không thu phí (EN)",
            "Nguyễn Thị Ví Dụ",
            "In process",
            datetime(2026, 11, 12, 17, 0),
            "Phạm Văn Thụ Lý",
        ),
    ]
    assert ListExport.objects.count() == 0


def test_a_file_has_the_columns_order_and_filters_of_the_list(world, browser):
    rows = many(world, 3)
    world.submit()
    choose_columns(world.clerk, ["phone"])
    client = browser(world.clerk)
    content = client.post(NEW, {"list": "state=received&o=filed"}).content
    assert rows_of(content) == [("Dossier", "Phone"), *((row.code, "0900000001") for row in rows)]


def test_a_file_of_a_search_has_what_the_search_found(world, browser):
    world.receive()
    other = world.receive(applicant=ApplicantFacts(full_name="Trần Văn Thử"))
    client = browser(world.clerk)
    page = searched(client, "tran van thu")
    token = page.redirect_chain[-1][0].partition("tim=")[2]
    assert f'name="tim" value="{token}"' in page.content.decode()
    content = client.post(NEW, {"list": "", "tim": token}).content
    assert [row[0] for row in rows_of(content)[1:]] == [other.code]


def test_a_file_is_in_the_language_of_the_reader(world, browser, settings):
    world.receive()
    client = browser(world.clerk)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "vi"
    assert "Trạng thái" in rows_of(client.post(NEW, {"list": ""}).content)[0]


@pytest.mark.parametrize("name", ["=1+1", "+84", "-cmd", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_what_people_typed_is_never_a_formula(world, browser, name):
    world.receive(applicant=ApplicantFacts(full_name=name))
    content = browser(world.clerk).post(NEW, {"list": ""}).content
    cell = load_workbook(io.BytesIO(content)).active["C2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (name, "s", True)


def test_moments_are_dates_of_vietnam_that_excel_shows_like_the_pages():
    buffer = io.BytesIO()
    moment = datetime.fromisoformat("2026-11-09T18:30:45+00:00")
    write_list(buffer, "Hồ sơ: [1/2]", ["a"], [[moment], ["\x0bx"], [None], ["y" * 40_000]])
    sheet = load_workbook(buffer).active
    assert sheet.title == "Hồ sơ   1 2"
    assert (sheet["A2"].value, sheet["A2"].number_format) == (
        datetime(2026, 11, 10, 1, 30),
        "dd/mm/yyyy hh:mm",
    )
    assert sheet["A3"].value == "x"
    assert len(sheet["A5"].value) == 32_767


def test_an_export_is_logged_without_what_was_typed(world, browser, caplog):
    caplog.set_level(logging.INFO, "cases.services.exports")
    world.receive()
    client = browser(world.clerk)
    token = searched(client, "nguyen").redirect_chain[-1][0].partition("tim=")[2]
    client.post(NEW, {"list": "state=received&name=nguyen", "tim": token})
    assert caplog.messages == [
        f"list exported: staff {world.clerk.pk}, filters state=received and a search, 1 rows"
    ]


# --- By a worker --------------------------------------------------------------------------------


def test_a_long_list_is_written_by_a_worker(world, browser, nothing_at_once, monkeypatch):
    monkeypatch.setattr(exports, "CHUNK", 2)
    rows = many(world, 5)
    client = browser(world.clerk)
    response = client.post(NEW, {"list": "o=filed"}, follow=True)
    assert messages_of(response) == ["The list is long: a worker writes the file. You may go on working."]
    assert "Waiting: 0 of about 5 rows" in text_of(response)
    assert 'hx-trigger="every 2s"' in response.content.decode()
    tasks.write_exports()
    export = ListExport.objects.get()
    assert (export.state, export.rows_done, export.problem) == (ExportState.DONE, 5, "")
    page = client.get(EXPORTS)
    assert "Ready: 5 rows" in text_of(page)
    assert "every 2s" not in page.content.decode()
    content = body(client.get(f"{EXPORTS}{export.pk}/"))
    assert [row[0] for row in rows_of(content)[1:]] == [row.code for row in rows]


def test_a_worker_tells_how_far_it_is(world, monkeypatch):
    monkeypatch.setattr(exports, "CHUNK", 2)
    many(world, 5)
    export, seen = waiting(world), []
    found, key = exports.lists.dossiers(world.clerk, {}), exports.sort_key(world.clerk, {})
    for _dossier in exports._in_chunks(found, key, ListExport.objects.filter(pk=export.pk)):
        seen.append(ListExport.objects.get().rows_done)
    assert seen == [0, 0, 2, 2, 4]


def test_a_worker_writes_what_the_person_may_see_by_then(world):
    world.receive()
    export = waiting(world)
    world.clerk.agency = world.other_ward
    world.clerk.save()
    exports.write_waiting_exports()
    export.refresh_from_db()
    assert (export.state, export.rows_done) == (ExportState.DONE, 0)


def test_a_worker_writes_in_the_language_of_the_one_who_asked(world, settings):
    world.receive()
    export = waiting(world)
    settings.LANGUAGE_CODE = "vi"
    assert export.language == "en"
    exports.write_waiting_exports()
    export.refresh_from_db()
    with export.file.open("rb") as file:
        assert rows_of(file.read())[0][3] == "State"


def test_an_export_is_written_once(world):
    world.receive()
    waiting(world)
    assert [exports.write_waiting_exports(), exports.write_waiting_exports()] == [1, 0]


def test_what_a_worker_left_behind_is_begun_again_after_five_minutes(world, clock):
    world.receive()
    export = waiting(world)
    ListExport.objects.update(state=ExportState.RUNNING, touched_at=timezone.now())
    assert exports.write_waiting_exports() == 0
    clock.move_to("2026-11-09 09:06")
    assert exports.write_waiting_exports() == 1
    export.refresh_from_db()
    assert export.state == ExportState.DONE


def test_what_no_worker_can_finish_is_given_up_after_an_hour(world, clock):
    export = waiting(world)
    ListExport.objects.update(state=ExportState.RUNNING, touched_at=timezone.now())
    clock.move_to("2026-11-09 10:10")
    assert exports.write_waiting_exports() == 0
    export.refresh_from_db()
    assert (export.state, export.problem) == (
        ExportState.FAILED,
        "No worker could finish the file. Narrow the list by filters and ask again.",
    )


def test_a_list_that_is_too_long_for_a_file_says_so(world, browser, monkeypatch):
    monkeypatch.setattr(exports, "MOST_ROWS", 2)
    many(world, 3)
    waiting(world)
    exports.write_waiting_exports()
    assert "Failed. This list is too long for one file." in text_of(browser(world.clerk).get(EXPORTS))


def test_a_fault_is_told_and_not_tried_again_and_again(world, browser, monkeypatch):
    waiting(world)

    def broken(*_arguments, **_more):
        raise OSError("disk full")

    monkeypatch.setattr(exports, "write_list", broken)
    with pytest.raises(OSError, match="disk full"):
        exports.write_waiting_exports()
    assert exports.write_waiting_exports() == 0
    assert "The file could not be written." in text_of(browser(world.clerk).get(EXPORTS))


def test_an_export_deleted_while_it_is_written_leaves_no_file(world, own_files, monkeypatch):
    world.receive()
    export = waiting(world)
    write = exports.write_list

    def deleting(*arguments):
        ListExport.objects.filter(pk=export.pk).delete()
        return write(*arguments)

    monkeypatch.setattr(exports, "write_list", deleting)
    exports.write_waiting_exports()
    assert [path for path in own_files.rglob("*") if path.is_file()] == []


def test_a_person_waits_for_five_exports_at_most(world, browser, nothing_at_once):
    for _ in range(exports.MOST_WAITING):
        waiting(world)
    world.receive()
    response = browser(world.clerk).post(NEW, {"list": ""}, follow=True)
    assert messages_of(response) == ["5 of your exports are still being written. Wait for one of them."]
    assert ListExport.objects.count() == exports.MOST_WAITING


def test_a_long_search_is_not_kept_for_a_worker(world, browser, nothing_at_once):
    world.receive()
    client = browser(world.clerk)
    token = searched(client, "nguyen").redirect_chain[-1][0].partition("tim=")[2]
    response = client.post(NEW, {"list": "state=received", "tim": token}, follow=True)
    assert response.redirect_chain[-1][0] == f"{LIST}?state=received&tim={token}"
    assert messages_of(response) == [
        "More than 0 dossiers fit what was typed. Narrow the search before you export it."
    ]
    assert ListExport.objects.count() == 0


def test_a_reception_desk_works_on_when_the_broker_is_away(
    world, browser, nothing_at_once, broker_away, caplog
):
    """The clock stands still, so that whoever tried until a time is over would never end."""
    world.receive()
    response = browser(world.clerk).post(NEW, {"list": ""}, follow=True)
    assert "Waiting: 0 of about 1 rows" in text_of(response)
    (warned,) = [message for message in caplog.messages if message.startswith("the broker is away")]
    assert warned.startswith("the broker is away, so the beat will start the export: ")
    assert exports.write_waiting_exports() == 1


# --- Whose, and how long --------------------------------------------------------------------------


def test_files_of_others_are_not_found(world, browser):
    export = waiting(world)
    exports.write_waiting_exports()
    other = browser(world.officer)
    assert other.get(f"{EXPORTS}{export.pk}/").status_code == 404
    assert other.post(f"{EXPORTS}{export.pk}/xoa/").status_code == 404
    assert "You have no exports." in text_of(other.get(EXPORTS))
    assert ListExport.objects.count() == 1


@pytest.mark.parametrize("role", ["agency_admin", "system_admin"])
def test_who_sees_no_dossiers_exports_none(world, browser, role):
    export = waiting(world)
    exports.write_waiting_exports()
    world.clerk.role = role
    world.clerk.save()
    client = browser(world.clerk)
    answers = [
        client.post(NEW, {"list": ""}).status_code,
        client.get(EXPORTS).status_code,
        client.get(f"{EXPORTS}{export.pk}/").status_code,
    ]
    assert answers == [403, 403, 403]


def test_an_unfinished_export_has_no_file(world, browser):
    export = waiting(world)
    assert browser(world.clerk).get(f"{EXPORTS}{export.pk}/").status_code == 404


def test_exports_are_forgotten_after_a_day_with_their_files(world, clock, own_files):
    world.receive()
    waiting(world)
    exports.write_waiting_exports()
    assert len([path for path in own_files.rglob("*.xlsx")]) == 1
    clock.move_to("2026-11-10 08:59")
    assert exports.forget_old_exports() == 0
    clock.move_to("2026-11-10 09:01")
    tasks.forget_old_exports()
    assert ListExport.objects.count() == 0
    assert [path for path in own_files.rglob("*.xlsx")] == []


def test_exports_are_kept_as_long_as_the_office_says(world, settings):
    settings.EXPORT_KEPT_HOURS = 2
    waiting(world)
    assert exports.forget_old_exports(timezone.now() + timedelta(hours=1)) == 0
    assert exports.forget_old_exports(timezone.now() + timedelta(hours=3)) == 1


def test_an_export_is_deleted_by_its_owner(world, browser, own_files):
    export = waiting(world)
    exports.write_waiting_exports()
    browser(world.clerk).post(f"{EXPORTS}{export.pk}/xoa/")
    assert ListExport.objects.count() == 0
    assert [path for path in own_files.rglob("*.xlsx")] == []


def test_a_file_that_the_store_lost_is_told(world, browser, own_files):
    export = waiting(world)
    exports.write_waiting_exports()
    for path in own_files.rglob("*.xlsx"):
        path.unlink()
    assert browser(world.clerk).get(f"{EXPORTS}{export.pk}/").status_code == 404
