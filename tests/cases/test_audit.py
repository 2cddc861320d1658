"""The audit: nothing in the history can be changed, removed or put in without `verify_audit` naming it."""

import json
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from cases import services
from cases.audit_enums import AuditBasis
from cases.enums import EventKind
from cases.models import AuditEntry, AuditHead, DossierEvent
from cases.services import audit
from cases.tasks import chain_audit
from onestop.encryption import seal
from tests.cases.helpers import in_parallel
from tests.cases.test_concurrency import CONNECTIONS, receptions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@contextmanager
def as_superuser():
    """A keeper of the database who switches every trigger off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with waiting checks cannot be altered
        cursor.execute("SET session_replication_role = replica")
        yield cursor
        cursor.execute("SET session_replication_role = DEFAULT")


def verify(**options) -> list[str]:
    """What the command finds, a line each; nothing when all is well."""
    errors = StringIO()
    try:
        call_command("verify_audit", stdout=StringIO(), stderr=errors, **options)
    except CommandError as failed:
        lines = errors.getvalue().splitlines()
        assert (failed.returncode, str(failed)) == (
            1,
            f"Found: {len(lines)}. The history is not what was written.",
        )
        return lines
    assert errors.getvalue() == ""
    return []


def entries(agency) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(agency=agency))


@pytest.fixture
def chained(world):
    """Six events at the ward, two at its neighbour; all chained."""
    world.processing()
    services.withdraw(world.receive(), by=world.clerk, reason="Người nộp đổi ý")
    world.receive(desk=world.other_ward, by=world.outsider_clerk)
    audit.chain_waiting()
    return world


def test_every_event_gets_the_next_number_of_the_desk_that_received_its_dossier(chained):
    events = DossierEvent.objects.order_by("pk")
    for agency in (chained.ward, chained.other_ward):
        of_agency = list(events.filter(dossier__receiving_desk=agency).values_list("pk", flat=True))
        chain = entries(agency)
        assert [entry.event for entry in chain] == of_agency
        assert [entry.number for entry in chain] == list(range(1, len(of_agency) + 1))
        assert [entry.previous for entry in chain] == ["", *(entry.hash for entry in chain[:-1])]
        assert {entry.basis for entry in chain} == {AuditBasis.SEALED}
        head = AuditHead.objects.get(agency=agency)
        assert (head.number, head.hash) == (chain[-1].number, chain[-1].hash)
    assert verify() == []


def test_an_event_waits_without_number_until_the_worker_chains_it(world):
    world.receive()
    (entry,) = AuditEntry.objects.filter(number=None)
    chain_audit()
    entry.refresh_from_db()
    assert (entry.number, entry.previous, entry.basis) == (1, "", "sealed")
    assert audit.chain_waiting() == 0


def test_what_is_rolled_back_leaves_no_entry(world):
    with pytest.raises(RuntimeError), transaction.atomic():
        world.receive()
        raise RuntimeError("at the very end")
    assert not AuditEntry.objects.exists()


def test_the_command_chains_what_waits_and_prints_the_ends(world):
    world.receive()
    out = StringIO()
    call_command("verify_audit", stdout=out)
    head = AuditHead.objects.get()
    assert out.getvalue().splitlines() == [f"H41.101 1 {head.hash}", "The history is what was written."]


# What is found --------------------------------------------------------------------------------------


def test_a_changed_event_is_found(chained):
    entry = entries(chained.ward)[1]
    with as_superuser() as cursor:
        cursor.execute('UPDATE cases_dossierevent SET data = \'{"due": "x"}\' WHERE id = %s', [entry.event])
    assert verify() == [f"H41.101 2: event {entry.event} was changed."]


@pytest.mark.parametrize(
    "change", ["actor_id = NULL", "actor_label = 'ai đó'", "at = at - interval '1 day'", "to_state = ''"]
)
def test_every_column_of_an_event_is_held(chained, change):
    entry = entries(chained.ward)[0]
    with as_superuser() as cursor:
        cursor.execute(f"UPDATE cases_dossierevent SET {change} WHERE id = %s", [entry.event])
    assert verify() == [f"H41.101 1: event {entry.event} was changed."]


def test_a_removed_event_is_found(chained):
    entry = entries(chained.ward)[2]
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM cases_dossierevent WHERE id = %s", [entry.event])
    assert verify() == [f"H41.101 3: event {entry.event} was removed."]


def test_an_event_that_is_removed_with_its_entry_leaves_a_gap(chained):
    entry = entries(chained.ward)[2]
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM cases_dossierevent WHERE id = %s", [entry.event])
        cursor.execute("DELETE FROM cases_auditentry WHERE id = %s", [entry.pk])
    assert verify() == ["H41.101 4: entries 3 to 3 were removed."]


def test_an_event_that_is_put_in_past_the_triggers_is_found(chained):
    event = DossierEvent.objects.first()
    event.pk = None
    with as_superuser():
        event.save()
    assert verify() == [f"H41.101: event {event.pk} is in no chain: put in by hand."]


def test_an_event_that_is_put_in_with_the_triggers_is_found(chained):
    """A copy of another one, seal and all: the seal does not fit what was changed."""
    event = DossierEvent.objects.first()
    event.pk, event.actor_label = None, "Người khác"
    event.save()
    number = len(entries(chained.ward))
    assert verify() == [f"H41.101 {number}: event {event.pk} was changed or put in before it was chained."]


def test_an_event_that_is_changed_before_it_is_chained_is_found(world):
    world.receive()
    event = DossierEvent.objects.get()
    with as_superuser() as cursor:
        cursor.execute("UPDATE cases_dossierevent SET actor_label = 'Người khác'")
    assert verify() == [f"H41.101 1: event {event.pk} was changed or put in before it was chained."]


def test_a_changed_entry_is_found(chained):
    """Somebody changes the event and writes the digest that would fit; the hash needs the key."""
    entry = entries(chained.ward)[1]
    with as_superuser() as cursor:
        cursor.execute("UPDATE cases_auditentry SET at = at + interval '1 hour' WHERE id = %s", [entry.pk])
    assert verify() == ["H41.101 2: the entry was changed."]


def test_two_entries_that_changed_places_are_found(chained):
    first, second = entries(chained.ward)[:2]
    with as_superuser() as cursor:
        for entry, number in ((first, 1001), (second, 1), (first, 2)):
            cursor.execute("UPDATE cases_auditentry SET number = %s WHERE id = %s", [number, entry.pk])
    found = verify()
    assert "H41.101 1: the entry was changed." in found
    assert "H41.101 2: the entry was changed." in found


def test_a_chain_without_its_last_entry_is_found(chained):
    last = entries(chained.ward)[-1]
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM cases_auditentry WHERE id = %s", [last.pk])
        cursor.execute("DELETE FROM cases_dossierevent WHERE id = %s", [last.event])
    assert verify() == [f"H41.101: the chain was cut off after number {last.number - 1}."]


def test_a_chain_that_was_cut_off_head_and_all_is_found_by_the_kept_heads(chained, tmp_path):
    kept = tmp_path / "heads.json"
    assert verify(heads=str(kept)) == []
    *_rest, before, last = entries(chained.ward)
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM cases_auditentry WHERE id = %s", [last.pk])
        cursor.execute("DELETE FROM cases_dossierevent WHERE id = %s", [last.event])
        cursor.execute(
            "UPDATE cases_audithead SET number = %s, hash = %s WHERE agency_id = %s",
            [before.number, before.hash, chained.ward.pk],
        )
    assert verify() == []  # which is why the ends are kept outside
    assert verify(heads=str(kept)) == [f"H41.101: the chain once reached number {last.number}."]
    assert json.loads(kept.read_text())["H41.101"] == [last.number, last.hash]


def test_who_has_the_database_but_not_the_key_makes_no_chain(chained, settings):
    """The chain is made anew with the code of this project and another key."""
    genuine = settings.AUDIT_KEY
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM cases_audithead")
        cursor.execute("UPDATE cases_auditentry SET number = NULL, hash = '', basis = 'adopted'")
        settings.AUDIT_KEY = "of-somebody-else"
        audit.chain_waiting()
    assert verify() == []
    settings.AUDIT_KEY = genuine
    assert f"H41.101 1: event {entries(chained.ward)[0].event} was changed." in verify()


def test_only_the_named_agency_and_those_below_it_are_verified(chained):
    entry = entries(chained.other_ward)[0]
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM cases_dossierevent WHERE id = %s", [entry.event])
    assert verify(agency="H41.101") == []
    assert (
        verify(agency="H41.102") == verify(agency="H41") == [f"H41.102 1: event {entry.event} was removed."]
    )


def test_an_agency_that_is_none_is_refused_in_one_line(world):
    with pytest.raises(CommandError, match="There is no agency H99.") as refused:
        call_command("verify_audit", agency="H99")
    assert refused.value.returncode == 2


# What was there before the chain --------------------------------------------------------------------


def without_seals(world) -> None:
    """The history as it was before there were seals, and the entries that the migration made of it."""
    with as_superuser() as cursor:
        cursor.execute("UPDATE cases_dossierevent SET seal = ''")
        cursor.execute("UPDATE cases_auditentry SET basis = 'adopted'")


def test_what_was_there_before_begins_the_chain(world):
    world.processing()
    without_seals(world)
    world.receive()
    assert verify() == []
    *before, last = [entry.basis for entry in entries(world.ward)]
    assert (set(before), last) == ({"adopted"}, "sealed")


def test_nothing_is_adopted_later(chained):
    event = DossierEvent.objects.first()
    event.pk, event.seal = None, ""
    event.save()
    AuditEntry.objects.filter(event=event.pk).update(basis=AuditBasis.ADOPTED)
    number = len(entries(chained.ward))
    assert verify() == [f"H41.101 {number}: event {event.pk} was changed or put in before it was chained."]


# What the database refuses --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM cases_auditentry",
        "UPDATE cases_auditentry SET number = number + 10",
        "UPDATE cases_auditentry SET event = event + 10 WHERE number IS NULL",
        "DELETE FROM cases_audithead",
        "UPDATE cases_audithead SET number = 1",
        "UPDATE cases_dossierevent SET seal = ''",
    ],
)
def test_the_database_refuses_to_change_the_chain(chained, statement):
    chained.receive()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "table",
    [
        "auditentry",
        "audithead",
        "dossierevent",
        "supplement",
        "reschedule",
        "steprun",
        "payment",
        "feewaiver",
    ],
)
def test_the_database_refuses_to_empty_the_history(world, table):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL onestop.may_truncate = 'off'")
        with pytest.raises(DatabaseError, match="history is not thrown away"), transaction.atomic():
            cursor.execute(f"TRUNCATE cases_{table} CASCADE")


# Many at once ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_chains_have_no_gap_while_sixteen_receive_and_two_chain(world):
    acts = receptions(world, 60)
    acts[10:10] = [audit.chain_waiting] * 4
    acts += [audit.chain_waiting] * 2
    in_parallel(acts, connections=CONNECTIONS)
    audit.chain_waiting()
    assert [entry.number for entry in entries(world.ward)] == list(range(1, 61))
    assert verify() == []


def test_seals_depend_on_the_key_and_on_every_part(settings):
    first = seal("event", "nonce", [1, EventKind.RECEIVED, {"b": 1, "a": "ạ"}])
    assert first == seal("event", "nonce", [1, "received", {"a": "ạ", "b": 1}])
    assert first != seal("event", "nonce", [1, "received", {"a": "ạ", "b": 2}])
    settings.AUDIT_KEY = "another"
    assert first != seal("event", "nonce", [1, "received", {"a": "ạ", "b": 1}])
