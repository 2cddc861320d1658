"""Reading an official calendar that is published as iCalendar: days off, worked Saturdays, and broken files."""

from datetime import date

import pytest

from procedures.enums import DayKind
from procedures.ical import BadCalendar, read_ical


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def event(summary: str, start: str, end: str = "", *more: str) -> str:
    lines = ["BEGIN:VEVENT", f"UID:{start}@vidu.example", "DTSTAMP:20261001T000000Z", f"SUMMARY:{summary}"]
    lines.append(f"DTSTART;VALUE=DATE:{start}")
    if end:
        lines.append(f"DTEND;VALUE=DATE:{end}")
    return "\r\n".join([*lines, *more, "END:VEVENT"])


def ics(*events: str) -> bytes:
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Vi du//VN"
    return "\r\n".join([head, *events, "END:VCALENDAR", ""]).encode()


def test_days_are_read_with_name_and_kind():
    days = read_ical(
        ics(
            event("Quốc khánh 2/9", "20270902"),
            event("Quốc khánh (ngày liền kề)", "20270903"),
            event("Tết Dương lịch", "20270101"),
            event("Giỗ Tổ Hùng Vương", "20270416"),
            event("Ngày Chiến thắng 30/4", "20270430"),
            event("Nghỉ bù Ngày Quốc tế lao động 1/5", "20270503"),
            event("Ngày Văn hóa Việt Nam", "20271124"),
            event("Nghỉ hoán đổi", "20271231"),
            event("Lễ hội của tỉnh", "20270610"),
        )
    )
    assert [(day.date, day.kind, day.is_worked) for day in days] == [
        (date(2027, 1, 1), DayKind.NEW_YEAR, False),
        (date(2027, 4, 16), DayKind.HUNG_KINGS, False),
        (date(2027, 4, 30), DayKind.VICTORY_DAY, False),
        (date(2027, 5, 3), DayKind.COMPENSATORY, False),
        (date(2027, 6, 10), DayKind.OTHER, False),
        (date(2027, 9, 2), DayKind.NATIONAL_DAY, False),
        (date(2027, 9, 3), DayKind.NATIONAL_DAY_ADJACENT, False),
        (date(2027, 11, 24), DayKind.CULTURE_DAY, False),
        (date(2027, 12, 31), DayKind.SWAP_OFF, False),
    ]
    assert (days[0].name_vi, days[0].name_en) == ("Tết Dương lịch", "New Year")
    assert (days[4].name_vi, days[4].name_en) == ("Lễ hội của tỉnh", "")


def test_the_end_of_an_event_is_the_day_after_its_last():
    days = read_ical(ics(event("Tết Nguyên đán", "20270204", "20270211")))
    assert [day.date for day in days] == [date(2027, 2, day) for day in range(4, 11)]
    assert {day.kind for day in days} == {DayKind.TET}


def test_a_duration_says_the_same_as_an_end():
    assert len(read_ical(ics(event("Tết Nguyên đán", "20270204", "", "DURATION:P7D")))) == 7


@pytest.mark.parametrize(
    "saturday",
    [
        event("Làm bù cho ngày 02/01", "20260110"),
        event("Ngày làm việc bù", "20260110"),
        event("Ngày 10/01", "20260110", "", "CATEGORIES:WORKED"),
        event("Ngày 10/01", "20260110", "", "CATEGORIES:Lịch,Làm bù"),
        event("Ngày 10/01", "20260110", "", "X-ONESTOP-WORKED:TRUE"),
    ],
)
def test_worked_saturdays_are_known_by_category_or_name(saturday):
    [day] = read_ical(ics(saturday))
    assert (day.date, day.is_worked, day.kind) == (date(2026, 1, 10), True, DayKind.SWAP_WORKED)


def test_an_event_that_was_called_off_is_left_out():
    called_off = event("Nghỉ hoán đổi", "20270103", "", "STATUS:CANCELLED")
    days = read_ical(ics(called_off, event("Tết Dương lịch", "20270101")))
    assert [day.date for day in days] == [date(2027, 1, 1)]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This is not an iCalendar file (.ics), or it is broken."),
        (b"\x00\xff\xfe", "This is not an iCalendar file (.ics), or it is broken."),
        (b"PK\x03\x04 a spreadsheet", "This is not an iCalendar file (.ics), or it is broken."),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "This is not an iCalendar file (.ics), or it is broken."),
        (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "This is not an iCalendar file (.ics), or it is broken."),
        (ics(), "There is no event in this calendar."),
        (ics(event("", "20270101")), "An event of the file has no name (SUMMARY)."),
        (ics(event("Lễ", "20271340")), "The event “Lễ” has a date that cannot be read."),
        (
            ics("BEGIN:VEVENT\r\nSUMMARY:Lễ\r\nEND:VEVENT"),
            "The event “Lễ” has a date that cannot be read.",
        ),
        (
            ics("BEGIN:VEVENT\r\nSUMMARY:Lễ\r\nDTSTART:20270101T070000Z\r\nEND:VEVENT"),
            "The event “Lễ” has hours; days off and worked days are whole days.",
        ),
        (
            ics(event("Lễ", "19991231")),
            "The event “Lễ” is not within the years 2000 to 2100.",
        ),
        (
            ics(event("Lễ", "20270101", "20270301")),
            "The event “Lễ” lasts 59 days; 1 to 31 are possible.",
        ),
        (
            ics(event("Lễ", "20270101", "20261231")),
            "The event “Lễ” lasts -1 days; 1 to 31 are possible.",
        ),
        (
            ics(event("Lễ", "20270101", "", "RRULE:FREQ=YEARLY")),
            "The event “Lễ” repeats; give each of its days an event of its own.",
        ),
        (
            ics(event("Lễ", "20270101", "20270103"), event("Tết", "20270102")),
            "02/01/2027 is in the file twice: “Lễ” and “Tết”.",
        ),
        (b"x" * 1_000_001, "The file has 1000001 bytes; an official calendar has at most 1000000."),
        (
            ics(*(event("Lễ", f"20{year}0101", f"20{year}0131") for year in range(10, 24))),
            "The file has more than 400 days; import one or two years at a time.",
        ),
    ],
)
def test_what_cannot_be_taken_as_it_stands_is_refused(content, sentence):
    with pytest.raises(BadCalendar) as caught:
        read_ical(content)
    assert caught.value.sentence == sentence
