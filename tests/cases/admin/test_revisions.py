"""The pages of calendar changes: propose, look at what moves, approve, watch, import."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases import tasks
from cases.models import CalendarRevision
from cases.services import calendar_moves, revisions
from cases.services.revisions import DayFacts
from procedures.enums import Role
from procedures.models import CalendarDay
from tests.cases.admin.conftest import messages_of, text_of
from tests.cases.helpers import make_person

HOME = "/quan-tri/"
LIST = f"{HOME}cases/calendarrevision/"
WEDNESDAY = date(2026, 11, 11)
NOTICE = "Thông báo 99/TB-VD"


@pytest.fixture(autouse=True)
def asked(monkeypatch):
    """How often a worker was asked to begin; none runs here."""
    calls = []
    monkeypatch.setattr(
        tasks.apply_calendar_revisions, "apply_async", lambda **options: calls.append(options)
    )
    return calls


@pytest.fixture
def chief(world):
    return make_person("giam-sat-tinh", world.province, Role.SUPERVISOR, is_staff=True)


@pytest.fixture
def keeper(world):
    return make_person("quan-tri-phuong", world.ward, Role.AGENCY_ADMIN, is_staff=True)


def draft(agency=None, *, by, day: date = WEDNESDAY) -> CalendarRevision:
    days = [DayFacts(day, name_vi="Nghỉ đột xuất", name_en="Extra day off")]
    return revisions.propose(agency, reason="Nghỉ đột xuất", legal_reference=NOTICE, days=days, by=by)


def page_of(revision) -> str:
    return reverse("admin:cases_calendarrevision_change", args=[revision.pk])


def sent(*days: dict, **changes) -> dict:
    """What the form of a proposal sends."""
    rows = {f"days-{n}-{name}": value for n, day in enumerate(days) for name, value in day.items()}
    head = {"days-TOTAL_FORMS": str(len(days)), "days-INITIAL_FORMS": "0"}
    return {"agency": "", "reason": "Nghỉ đột xuất", "legal_reference": NOTICE, **head, **rows, **changes}


DAY_OFF = {
    "change": "add",
    "date": "11/11/2026",
    "kind": "other",
    "name_vi": "Nghỉ",
    "name_en": "",
    "key": "",
}
EMPTY = {"change": "add", "date": "", "kind": "other", "name_vi": "", "name_en": "", "key": ""}
WORKED = {**DAY_OFF, "date": "14/11/2026", "kind": "swap_worked", "name_vi": "Làm bù"}


def errors_of(response) -> list[str]:
    form, formset = response.context["form"], response.context.get("formset")
    rows = [error for row in (formset.errors if formset else []) for error in row.values()]
    return [str(e) for errors in [*form.errors.values(), *rows] for e in errors]


# Proposing ------------------------------------------------------------------------------------------


def test_a_change_is_proposed_with_its_days(world, browser, chief):
    response = browser(chief).post(LIST + "add/", sent(DAY_OFF, EMPTY, WORKED, EMPTY))
    revision = CalendarRevision.objects.get()
    assert response["Location"] == page_of(revision)
    assert (revision.agency, revision.created_by, revision.legal_reference) == (None, chief, NOTICE)
    assert list(revision.days.values_list("date", "is_worked", "kind", "name_vi")) == [
        (date(2026, 11, 11), False, "other", "Nghỉ"),
        (date(2026, 11, 14), True, "swap_worked", "Làm bù"),
    ]


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ([EMPTY], "Enter at least one day."),
        ([DAY_OFF, DAY_OFF], "11/11/2026 is there twice; each day is changed once."),
        ([{**DAY_OFF, "kind": "swap_worked"}], "11/11/2026 is no Saturday"),
        ([{**DAY_OFF, "date": "15/11/2026"}], "15/11/2026 is a Sunday, which is off anyway."),
        ([{**DAY_OFF, "date": "24/11/2026"}], "is already in force on 24/11/2026"),
        ([{**DAY_OFF, "date": "31/02/2026"}], "Enter a valid date."),
        ([{**DAY_OFF, "change": "explode"}], "Select a valid choice."),
    ],
)
def test_bad_days_stay_on_the_page_with_a_sentence(world, browser, chief, days, sentence):
    response = browser(chief).post(LIST + "add/", sent(*days))
    assert response.status_code == 200
    assert any(sentence in error for error in errors_of(response))
    assert not CalendarRevision.objects.exists()


def test_more_rows_keep_what_was_typed_and_propose_nothing(world, browser, chief):
    response = browser(chief).post(LIST + "add/", sent(DAY_OFF, more="1"))
    rows = response.context["formset"].forms
    assert len(rows) == 5
    assert [rows[0][name].value() for name in ("date", "name_vi")] == ["11/11/2026", "Nghỉ"]
    assert not CalendarRevision.objects.exists()


@pytest.mark.parametrize("total", ["", "x", "-1", "99999999999", "1000", "9" * 5000])
def test_a_broken_number_of_rows_harms_nobody(world, browser, chief, total):
    for more in ({}, {"more": "1"}):
        response = browser(chief).post(LIST + "add/", {**sent(DAY_OFF, **more), "days-TOTAL_FORMS": total})
        assert response.status_code == 200
    assert not CalendarRevision.objects.exists()


def test_a_day_of_the_calendar_is_there_to_be_switched(world, browser, chief):
    day = CalendarDay.objects.get(date=date(2026, 11, 24))
    first = browser(chief).get(f"{LIST}add/?day={day.pk}").context["formset"].forms[0]
    assert (first["change"].value(), first["date"].value()) == ("switch_off", day.date)
    switch = {**EMPTY, "change": "switch_off", "date": "24/11/2026"}
    browser(chief).post(LIST + "add/", sent(switch))
    assert CalendarRevision.objects.get().days.get().calendar_day == day


def test_an_agency_administrator_proposes_for_the_own_agency_only(world, browser, keeper):
    client = browser(keeper)
    assert errors_of(client.post(LIST + "add/", sent(DAY_OFF))) == ["This field is required."]
    other = sent(DAY_OFF, agency=str(world.other_ward.pk))
    assert client.post(LIST + "add/", other).status_code == 200
    assert not CalendarRevision.objects.exists()
    client.post(LIST + "add/", sent(DAY_OFF, agency=str(world.ward.pk)))
    assert CalendarRevision.objects.get().agency == world.ward


# Looking at it --------------------------------------------------------------------------------------


def test_the_page_of_a_proposal_says_what_would_move(world, browser, chief):
    dossier = world.receive()
    revision = draft(by=chief)
    text = text_of(browser(chief).get(page_of(revision)))
    assert "Of 1 open dossiers 1 move; 1 applicants are told, because their date changes." in text
    assert "Thu 12/11/2026 Fri 13/11/2026 1" in text
    assert f"{dossier.code} 1.000001 12/11/2026 17:00 13/11/2026 17:00" in text


def test_who_keeps_the_calendar_sees_codes_but_no_dossier(world, browser, keeper):
    dossier = world.receive()
    page = browser(keeper).get(page_of(draft(world.ward, by=keeper)))
    assert dossier.code in text_of(page)
    assert world.applicant.full_name not in text_of(page)
    assert reverse("admin:cases_dossier_change", args=[dossier.pk]) not in page.content.decode()


def test_the_list_goes_on_page_by_page(world, browser, chief, monkeypatch):
    monkeypatch.setattr("cases.admin.revisions.PER_PAGE", 2)
    dossiers = [world.receive() for _ in range(3)]
    client, revision = browser(chief), draft(by=chief)
    first = client.get(page_of(revision))
    assert [row["code"] for row in first.context["rows"]] == [d.code for d in dossiers[:2]]
    second = client.get(page_of(revision), {"after": first.context["next_after"]})
    assert [row["code"] for row in second.context["rows"]] == [dossiers[2].code]
    assert second.context["preview"] is None
    assert client.get(page_of(revision), {"after": "x" * 30}).status_code == 200


def test_all_that_would_move_is_a_table_to_be_taken_along(world, browser, chief):
    dossier = world.receive()
    revision = draft(by=chief)
    response = browser(chief).get(reverse("admin:revision_csv", args=[revision.pk]))
    content = b"".join(response.streaming_content).decode()
    assert content == (
        "\ufeffDossier,Procedure,Old due date,New due date\r\n"
        f"{dossier.code},1.000001,12/11/2026 17:00,13/11/2026 17:00\r\n"
    )
    assert response["Content-Type"] == "text/csv; charset=utf-8"


# Deciding -------------------------------------------------------------------------------------------


def test_a_supervisor_approves_after_confirming_and_watches(world, browser, chief, asked):
    dossier = world.receive()
    client, revision = browser(chief), draft(by=chief)
    approve = reverse("admin:revision_approve", args=[revision.pk])
    response = client.post(approve, follow=True)
    assert messages_of(response) == ["Confirm that you have looked at what moves; nothing was changed."]
    response = client.post(approve, {"confirmed": "on"}, follow=True)
    assert messages_of(response) == ["The days are in force; the workers move the due dates now."]
    assert asked == [{"retry": False}]
    assert "0 moved, 0 of 1 looked at" in text_of(response)
    assert '<meta http-equiv="refresh" content="5">' in response.content.decode()
    calendar_moves.apply_approved()
    done = client.get(page_of(revision))
    assert "1 of 1" in text_of(done)
    assert f"{dossier.code} 1.000001 12/11/2026 17:00 13/11/2026 17:00" in text_of(done)
    assert "http-equiv" not in done.content.decode()


def test_a_broker_that_is_away_does_not_undo_the_approval(world, browser, chief, monkeypatch):
    def away(**options):
        raise tasks.OperationalError("connection refused")

    monkeypatch.setattr(tasks.apply_calendar_revisions, "apply_async", away)
    revision = draft(by=chief)
    address = reverse("admin:revision_approve", args=[revision.pk])
    assert browser(chief).post(address, {"confirmed": "on"}).status_code == 302
    revision.refresh_from_db()
    assert revision.state == "approved"


def test_who_may_only_propose_is_offered_no_approval(world, browser, keeper):
    client, revision = browser(keeper), draft(world.ward, by=keeper)
    page = client.get(page_of(revision))
    assert (page.context["may_approve"], page.context["may_cancel"]) == (False, True)
    address = reverse("admin:revision_approve", args=[revision.pk])
    response = client.post(address, {"confirmed": "on"}, follow=True)
    assert messages_of(response)[0].startswith("Days of an agency are proposed by its administrators")
    revision.refresh_from_db()
    assert revision.state == "draft"


def test_a_proposal_is_dropped(world, browser, keeper):
    client, revision = browser(keeper), draft(world.ward, by=keeper)
    response = client.post(reverse("admin:revision_cancel", args=[revision.pk]), follow=True)
    assert messages_of(response) == ["The proposal is dropped; nothing was changed."]
    assert client.get(page_of(revision)).status_code == 200


def test_buttons_answer_only_to_a_click(world, browser, chief):
    client, revision = browser(chief), draft(by=chief)
    for name in ("revision_approve", "revision_cancel"):
        assert client.get(reverse(f"admin:{name}", args=[revision.pk])).status_code == 405
    assert client.post(page_of(revision), {"state": "done"}).status_code == 405


def test_changes_of_other_agencies_are_out_of_sight(world, browser, keeper):
    outsider = world.outsider_head
    client, revision = browser(outsider), draft(world.ward, by=keeper)
    assert client.get(page_of(revision)).status_code == 302
    for name in ("revision_approve", "revision_cancel"):
        assert client.post(reverse(f"admin:{name}", args=[revision.pk])).status_code == 404
    assert client.get(reverse("admin:revision_csv", args=[revision.pk])).status_code == 404


@pytest.mark.parametrize("who", ["clerk", "officer"])
def test_desks_have_no_business_with_calendar_changes(world, browser, chief, who):
    client, revision = browser(getattr(world, who)), draft(by=chief)
    for address in (LIST, LIST + "add/", LIST + "import/", page_of(revision)):
        assert client.get(address).status_code == 403


def test_auditors_read_and_propose_nothing(world, browser, chief):
    client, revision = browser(world.auditor), draft(by=chief)
    assert client.get(page_of(revision)).status_code == 200
    assert client.get(LIST).status_code == 200
    assert client.get(LIST + "add/").status_code == 403
    assert client.post(reverse("admin:revision_cancel", args=[revision.pk])).status_code == 302
    revision.refresh_from_db()
    assert revision.state == "draft"


def test_the_list_shows_state_and_progress(world, browser, chief):
    world.receive()
    draft(by=chief, day=date(2026, 12, 7))
    revisions.approve(draft(by=chief), by=chief)
    text = text_of(browser(chief).get(LIST))
    assert "the whole country" in text
    assert "Proposed" in text
    assert "0 moved, 0 of 1 looked at" in text


# Importing ------------------------------------------------------------------------------------------

ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Vi du//VN\r\n"
    "BEGIN:VEVENT\r\nUID:1@vidu.example\r\nSUMMARY:Nghỉ hoán đổi\r\nDTSTART;VALUE=DATE:20261111\r\n"
    "END:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:2@vidu.example\r\nSUMMARY:Làm bù\r\nDTSTART;VALUE=DATE:20261121\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n"
)


def upload(client, content: str, **changes):
    file = SimpleUploadedFile("lich.ics", content.encode())
    data = {"agency": "", "reason": "Lịch 2026", "legal_reference": NOTICE, "file": file, **changes}
    return client.post(LIST + "import/", data)


def test_an_official_calendar_becomes_a_proposal(world, browser, chief):
    response = upload(browser(chief), ICS)
    revision = CalendarRevision.objects.get()
    assert response["Location"] == page_of(revision)
    assert list(revision.days.values_list("date", "kind", "is_worked")) == [
        (date(2026, 11, 11), "swap_off", False),
        (date(2026, 11, 21), "swap_worked", True),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "This is not an iCalendar file (.ics), or it is broken."),
        ("PK", "This is not an iCalendar file (.ics), or it is broken."),
        (
            ICS.replace("20261111", "20261124").replace("20261121", "20261115").replace("Làm bù", "Nghỉ"),
            "Enter at least one day.",
        ),
    ],
)
def test_a_file_that_cannot_be_taken_stays_on_the_page_with_a_sentence(
    world, browser, chief, content, sentence
):
    response = upload(browser(chief), content)
    assert errors_of(response) == [sentence]
    assert not CalendarRevision.objects.exists()


# The coming year ------------------------------------------------------------------------------------


def warning_of(client) -> str:
    return client.get(HOME).context["calendar_warning"]


def test_from_october_on_the_first_page_warns_of_a_provisional_year(world, browser, chief, clock):
    client = browser(chief)
    assert warning_of(client) == ""
    CalendarDay.objects.filter(date=date(2027, 1, 1)).update(provisional=True)
    assert warning_of(client) == (
        "The calendar of 2027 is provisional: due dates that reach into it are estimates. "
        "Enter the official notice as soon as it is there."
    )
    CalendarDay.objects.filter(date=date(2027, 1, 1)).update(enabled=False)
    assert warning_of(client).startswith("There is no calendar of 2027 yet")
    assert warning_of(browser(world.supervisor)) == ""
    clock.move_to("2026-09-30 09:00")
    assert warning_of(client) == ""
