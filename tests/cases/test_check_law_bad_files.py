"""`manage.py check_law` and what cannot be read: one sentence, exit 2, no answer."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from procedures.models import CalendarDay, ProcedureVersion
from tests.cases.asked_of_the_law import check, installation, loaded, write
from tests.cases.test_check_law import FRIDAY
from tests.law_fixtures import VECTORS

__all__ = ["installation", "loaded"]


def test_a_topic_that_is_not_known_exits_2_and_answers_nothing(tmp_path, loaded):
    write(tmp_path / "a.json", (VECTORS / "codes.json").read_text())
    write(tmp_path / "b.json", {"topic": "weather", "vectors": []})
    with pytest.raises(CommandError, match="b.json: the topic “weather” is not known") as refused:
        check(tmp_path)
    assert refused.value.returncode == 2


CASE = {"id": "c-1", "inputs": {"kind": "dossier", "value": "x"}, "expected": {"valid": False}}
DUE = {"received": FRIDAY, "unit": "working_day", "amount": 1}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "is not a JSON file"),
        ("[" * 100_000, "is not a JSON file"),
        ("[]", "names no topic"),
        ({"topic": 7, "vectors": []}, "names no topic"),
        ({"topic": "codes"}, "has no list of cases"),
        ({"topic": "codes", "vectors": {}}, "has no list of cases"),
        ({"topic": "codes", "vectors": [], "offices": []}, None),
        ({"topic": "codes", "vectors": [], "offices": [1]}, "“offices” must be an object"),
        ({"topic": "codes", "vectors": [], "timezone": "Asia/Nowhere"}, "is not a time zone"),
        ({"topic": "codes", "vectors": [], "timezone": 7}, "is not a time zone"),
        ({"topic": "codes", "vectors": ["x"]}, "case.json: #1: a case needs inputs and expected"),
        (
            {"topic": "codes", "vectors": [{"id": "c-1", "inputs": {}}]},
            "c-1: a case needs inputs and expected",
        ),
        ({"topic": "codes", "vectors": [CASE | {"expected": {}}]}, "c-1: a case must expect something"),
        (
            {"topic": "codes", "vectors": [CASE | {"inputs": {"kind": "dossier"}}]},
            "c-1: value: a text is needed",
        ),
        (
            {"topic": "codes", "vectors": [CASE | {"inputs": {"kind": "car", "value": "x"}}]},
            "c-1: kind: “car”",
        ),
    ],
)
def test_a_file_that_cannot_be_read_exits_2_with_one_line(content, sentence, tmp_path, db):
    path = write(tmp_path / "case.json", content)
    if sentence is None:
        assert check(path)[0] == 0
        return
    with pytest.raises(CommandError, match=sentence) as refused:
        check(path)
    assert (refused.value.returncode, "\n" in str(refused.value)) == (2, False)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"received": "2026-02-30T09:00"}, "received: a date and time is needed"),
        ({"received": None}, "received: a text is needed"),
        ({"amount": "3"}, "amount: a number is needed"),
        ({"amount": True}, "amount: a number is needed"),
        ({"last_minutes": 1.5}, "last_minutes: a whole number is needed"),
        ({"cutoff": "25:00"}, "cutoff: a time of day is needed"),
        ({"office": "moon"}, "office: there is no office “moon” in the file"),
        ({"office": {"hours": [["11:30", "07:30"]]}}, "office: opening hours are lists"),
        ({"office": {"hours": []}}, "office: opening hours are lists"),
        ({"calendar_without": ["swap-1066"]}, "calendar_without: the calendar has no day “swap-1066”"),
        ({"excluded": ["2026-11-05"]}, "excluded: an object is needed"),
        ({"excluded": [{"from": "2026-11-05"}]}, "excluded: to: a text is needed"),
        ({"extension": 3}, "extension: an object is needed"),
        ({"extension": {"amount": 3}}, "extension: mode: a text is needed"),
    ],
)
def test_a_case_that_cannot_be_read_exits_2_and_is_named(change, sentence, tmp_path, loaded):
    case = {"id": "due-1", "inputs": DUE | change, "expected": {"due_at": FRIDAY}}
    path = write(tmp_path / "case.json", {"topic": "due_dates", "vectors": [case]})
    with pytest.raises(CommandError, match=f"case.json: due-1: {sentence}") as refused:
        check(path)
    assert refused.value.returncode == 2


def test_paths_that_are_not_there_exit_2(tmp_path):
    with pytest.raises(CommandError, match="cannot be read") as refused:
        check(tmp_path / "nothing.json")
    assert refused.value.returncode == 2
    with pytest.raises(CommandError, match="There is no file of cases"):
        check(tmp_path)
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe")
    with pytest.raises(CommandError, match="is not a JSON file"):
        check(tmp_path)


@pytest.mark.parametrize("topic", ["due_dates", "fees"])
def test_an_installation_without_calendar_or_catalogue_says_what_to_do(topic, db):
    CalendarDay.objects.all().delete()
    ProcedureVersion.objects.all().delete()
    with pytest.raises(CommandError, match="run “manage.py load_catalogue” first") as refused:
        check(VECTORS / f"{topic}.json")
    assert refused.value.returncode == 2


def test_codes_need_nothing_loaded(db):
    assert check(VECTORS / "codes.json")[0] == 0


def test_a_wrong_option_exits_2():
    with pytest.raises(CommandError) as refused:
        call_command("check_law")
    assert refused.value.returncode == 2


def test_a_database_without_tables_says_what_to_do(db):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {CalendarDay._meta.db_table} RENAME TO elsewhere")
    with pytest.raises(CommandError, match="manage.py migrate") as refused:
        check(VECTORS / "due_dates.json")
    assert refused.value.returncode == 2
