"""ID numbers at rest: nobody reads them in a copy of the database, the desk still finds whose they are."""

import json
from dataclasses import replace
from io import StringIO

import pytest
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from cases import desk, services
from cases.models import Applicant, Dossier, IdempotencyKey, ReceptionDraft
from cases.services.applicants import find_or_add
from notifications.models import Letter
from onestop.encryption import CannotDecrypt, keyed_hash
from onestop.rewriting import rewrite
from tests.cases.api.conftest import client_of, reception

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

OWNER, SUBMITTER, COLLECTOR, TYPED = "040000000001", "040000000077", "040000000088", "040000000099"


def stored(table: str, column: str) -> list[str]:
    """A column as a copy of the database shows it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE {column} <> '' ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def places_with(text: str) -> list[str]:
    """Every column of every table in which this text stands in clear, as in a dump."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND data_type IN ('text', 'character varying', 'jsonb', 'json', 'ARRAY', 'tsvector', 'bytea')"
        )
        found = []
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT 1 FROM "{table}" WHERE strpos("{column}"::text, %s) > 0 LIMIT 1', [text])
            found += [f"{table}.{column}"] * cursor.rowcount
        return found


def new_key(settings, name: str = "the-next-year") -> None:
    settings.FIELD_KEYS = [f"a-long-random-text-of-{name}", *settings.FIELD_KEYS]


@pytest.fixture
def lived(world) -> Dossier:
    """A dossier with letters, notices, a draft and an answer kept, in which four ID numbers were typed."""
    dossier = world.receive(
        submitter_name="Trần Văn Thử", submitter_id_number=SUBMITTER, authorisation="Giấy ủy quyền số 1"
    )
    services.withdraw(dossier, by=world.clerk, reason="Người nộp đổi ý")
    services.refuse(world.submit(), by=world.clerk, reason="Không thuộc thẩm quyền")
    services.return_result(
        world.with_result(),
        by=world.clerk,
        collector=world.applicant.full_name,
        collector_id_number=COLLECTOR,
        proof="receipt",
    )
    services.keep_draft(
        "a1", world.free, {"id_number": [TYPED], "full_name": [""]}, by=world.clerk, label=TYPED
    )
    client_of(world.clerk).post("dossiers/", reception(world), key="mot")
    return dossier


def test_no_id_number_stands_in_clear_anywhere_in_the_database(lived):
    assert places_with("Trần Văn Thử") != []  # the search itself finds what is in clear
    assert [places_with(number) for number in (OWNER, SUBMITTER, COLLECTOR, TYPED)] == [[]] * 4


def test_the_letters_and_answers_that_name_people_are_there_all_the_same(lived):
    assert Letter.objects.exists() and IdempotencyKey.objects.exists()
    assert OWNER in json.dumps([letter.payload for letter in Letter.objects.all()])
    assert ReceptionDraft.objects.get().data == {"id_number": [TYPED], "full_name": [""]}
    assert ReceptionDraft.objects.get().label == TYPED


def test_who_loads_a_row_reads_it_as_it_was_typed(lived):
    loaded = Dossier.objects.select_related("applicant").get(pk=lived.pk)
    assert (loaded.applicant.id_number, loaded.submitter_id_number) == (OWNER, SUBMITTER)
    assert Dossier.objects.values_list("submitter_id_number", flat=True).get(pk=lived.pk) == SUBMITTER


def test_the_same_number_is_never_the_same_text_twice(world):
    person = find_or_add(world.applicant, seen=True)
    (first,) = stored("cases_applicant", "id_number")
    person.save()
    (stored_again,) = stored("cases_applicant", "id_number")
    assert first != stored_again
    assert stored("cases_applicant", "id_hash") == [keyed_hash(OWNER)]


# Found by the hash ----------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", [OWNER, f" {OWNER} ", "b1234567", "B1234567 "])
def test_a_person_is_found_by_the_whole_number_however_it_was_typed(world, typed):
    find_or_add(world.applicant, seen=True)
    find_or_add(replace(world.applicant, full_name="Lê Thị Hộ Chiếu", id_number="B1234567"), seen=True)
    assert [one.id_number for one in desk.applicants_with(typed, "")] == [typed.strip().upper()]


@pytest.mark.parametrize("typed", ["", OWNER[:-1], OWNER[1:], f"{OWNER}0", "%", "k1."])
def test_part_of_a_number_finds_nobody(world, typed):
    find_or_add(world.applicant, seen=True)
    find_or_add(replace(world.applicant, full_name="Không Có Số", id_number=""), seen=True)
    assert list(Applicant.objects.with_id_number(typed)) == []


def test_equality_is_asked_of_the_hash(world):
    find_or_add(world.applicant, seen=True)
    find_or_add(replace(world.applicant, full_name="Không Có Số", id_number=""), seen=True)
    asked = Applicant.objects.filter(id_number=OWNER)
    assert (asked.count(), '"id_hash" = ' in str(asked.query), OWNER in str(asked.query)) == (1, True, False)
    assert Applicant.objects.filter(id_number__in=[OWNER, "040000000002"]).count() == 1
    assert Applicant.objects.filter(id_number="").count() == 1
    assert Applicant.objects.exclude(id_number="").count() == 1


@pytest.mark.parametrize(
    "question",
    [
        lambda: Applicant.objects.filter(id_number__contains="0400"),
        lambda: Applicant.objects.filter(id_number__startswith="0400"),
        lambda: Dossier.objects.filter(collector_id_number=COLLECTOR).count(),
        lambda: Letter.objects.filter(payload__id_number=OWNER),
    ],
)
def test_any_other_question_to_a_ciphertext_is_refused(db, question):
    with pytest.raises(FieldError):
        question()


def test_the_search_box_finds_by_the_whole_number_name_and_phone(world):
    dossier = world.receive()
    for text in (OWNER, "vi du", f"nguyen {OWNER}", "0900000001", "900000001", dossier.code):
        assert list(Dossier.objects.search(text)) == [dossier], text
    for text in (OWNER[:9], "040000000002", f"tran {OWNER}"):
        assert list(Dossier.objects.search(text)) == [], text


def test_the_search_text_follows_a_new_phone(world):
    world.receive()
    find_or_add(replace(world.applicant, phone="0911222333"), seen=True)
    assert Applicant.objects.get().search_text == "nguyen thi vi du 0911222333"


def test_a_number_is_held_once_per_kind_by_its_hash(world):
    find_or_add(world.applicant, seen=True)
    with pytest.raises(IntegrityError, match="applicant_id_number_once"), transaction.atomic():
        Applicant.objects.create(full_name="Người khác", id_number=OWNER)


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE cases_applicant SET id_number = '{OWNER}'",
        "UPDATE cases_applicant SET id_number = ''",
        "UPDATE cases_applicant SET id_hash = ''",
        f"UPDATE cases_dossier SET submitter_id_number = '{OWNER}'",
        f"UPDATE cases_dossier SET collector_id_number = '{OWNER}'",
    ],
)
def test_the_database_takes_no_clear_number(world, statement):
    world.receive()
    with (
        pytest.raises(IntegrityError, match="encrypted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


# Keys -----------------------------------------------------------------------------------------------


def rotate() -> list[str]:
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return [line for line in out.getvalue().splitlines() if ": 0 " not in line]


def test_an_older_key_still_reads_and_the_newest_writes(lived, settings):
    new_key(settings)
    assert Applicant.objects.get(id_number=OWNER).id_number == OWNER
    assert Dossier.objects.get(pk=lived.pk).submitter_id_number == SUBMITTER


def test_rotation_writes_everything_anew_and_the_old_key_may_go(lived, settings):
    before = stored("cases_applicant", "id_number") + stored("notifications_letter", "payload")
    new_key(settings)
    assert sorted(rotate()) == [
        "cases_applicant.id_number: 1 written anew.",
        "cases_dossier.collector_id_number: 1 written anew.",
        "cases_dossier.submitter_id_number: 1 written anew.",
        "cases_receptiondraft.data: 1 written anew.",
        "cases_receptiondraft.label: 1 written anew.",
        f"notifications_letter.payload: {Letter.objects.count()} written anew.",
    ]
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    after = stored("cases_applicant", "id_number") + stored("notifications_letter", "payload")
    assert not set(before) & set(after)
    test_who_loads_a_row_reads_it_as_it_was_typed(lived)
    test_the_letters_and_answers_that_name_people_are_there_all_the_same(lived)
    assert rotate() == []  # what is done is not done again


def test_a_rotation_that_was_stopped_goes_on_where_it_was(world, settings, monkeypatch):
    for number in range(5):
        find_or_add(replace(world.applicant, id_number=f"04000000010{number}"), seen=True)
    new_key(settings)
    monkeypatch.setattr("onestop.rewriting.BATCH", 2)
    assert next(rewrite("cases_applicant", "id_number")) == 2
    assert list(rewrite("cases_applicant", "id_number")) == [2, 1]
    assert sorted(Applicant.objects.values_list("id_number", flat=True)) == [
        f"04000000010{number}" for number in range(5)
    ]


def test_a_new_hash_key_finds_again_after_the_rotation(lived, settings):
    settings.ID_HASH_KEY = "another-long-random-text"
    assert desk.applicants_with(OWNER, "") == []
    assert rotate() == ["cases_applicant.id_hash: 1 written anew."]
    assert [one.id_number for one in desk.applicants_with(OWNER, "")] == [OWNER]


def test_a_missing_key_is_named(lived, settings):
    (text,) = stored("cases_applicant", "id_number")
    settings.FIELD_KEYS = ["a-long-random-text-of-somebody-else"]
    with pytest.raises(CannotDecrypt) as said:
        Applicant.objects.get()
    assert str(said.value) == (
        f"cases_applicant.id_number was encrypted with the key {text.split('.')[1]}, which FIELD_KEYS does "
        "not hold. Add that key to FIELD_KEYS, behind the newest one."
    )
    with pytest.raises(CannotDecrypt):
        call_command("rotate_keys", stdout=StringIO())


def test_a_ciphertext_that_was_moved_or_changed_is_not_read(lived):
    (text,) = stored("cases_applicant", "id_number")
    for column, value in (("submitter_id_number", text), ("collector_id_number", text[:-6] + "AAAA==")):
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE cases_dossier SET {column} = %s WHERE id = %s", [value, lived.pk])
        with pytest.raises(CannotDecrypt, match=f"cases_dossier.{column} holds a text that was changed"):
            Dossier.objects.values_list(column).get(pk=lived.pk)
