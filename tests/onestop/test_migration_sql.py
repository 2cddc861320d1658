"""Migrations lock no table that grows for longer than a moment (CONTRIBUTING, “a migration”)."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tests.onestop.migration_sql import GROWING, faults, statements_of

# The last migrations from before there was this rule; what they do was done when tables were small.
KNOWN_THROUGH = {"cases": "0026", "notifications": "0008", "procedures": "0016"}
# Migrations after that which may do what is refused, each with its reason.
KNOWN: dict[tuple[str, str], str] = {
    ("cases", "0027_replaced_moments"): "its Python adds two rows to a table of its own",
    (
        "notifications",
        "0009_given_up_and_when",
    ): "its Python adds to a table of its own, one row for each message given up",
}


def later_migrations() -> list[tuple[str, str]]:
    keys = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return sorted(
        (app, name)
        for app, name in keys
        if app in KNOWN_THROUGH and name[:4] > KNOWN_THROUGH[app] and (app, name) not in KNOWN
    )


@pytest.mark.django_db
@pytest.mark.parametrize("key", later_migrations(), ids=".".join)
def test_a_migration_takes_no_long_lock(key):
    loader = MigrationLoader(connection)
    before = [loader.graph.nodes[one] for one in loader.graph.forwards_plan(key)[:-1]]
    ours = [one for one in before if (one.app_label, one.name) in later_migrations()]
    earlier = "\n".join(sql for one in ours for sql in statements_of(one))
    migration = loader.graph.nodes[key]
    assert faults(statements_of(migration), atomic=migration.atomic, earlier=earlier) == []


def test_the_rule_reads_what_this_release_writes():
    """Or it would find nothing because there is nothing to read."""
    assert ("cases", "0030_archive") in later_migrations()
    assert {"cases_dossier", "cases_dossierevent", "notifications_message", "cases_auditentry"} <= GROWING


BAD = {
    'CREATE INDEX "x" ON "cases_dossier" ("state")': "AddIndexConcurrently",
    'CREATE UNIQUE INDEX "x" ON "cases_dossierevent" ("at") WHERE ("kind" = \'x\')': "AddIndexConcurrently",
    'ALTER TABLE "cases_dossier" ADD COLUMN "key" uuid DEFAULT gen_random_uuid() NOT NULL': "fill it in batches",
    'ALTER TABLE "cases_dossier" ADD COLUMN "key" uuid NULL UNIQUE': "build the index concurrently",
    'ALTER TABLE "cases_dossier" ADD COLUMN "n" integer GENERATED ALWAYS AS (1) STORED': "writes or reads",
    'ALTER TABLE "notifications_message" ALTER COLUMN "attempts" TYPE bigint USING "attempts"::bigint': "anew",
    'ALTER TABLE "cases_dossier" ALTER COLUMN "subject" SET NOT NULL': "VALIDATE CONSTRAINT",
    'ALTER TABLE "cases_dossier" ADD CONSTRAINT "x" CHECK ("cycle" > 0)': "AddConstraintNotValid",
    'ALTER TABLE "cases_payment" ADD CONSTRAINT "x" FOREIGN KEY ("a_id") REFERENCES "b" ("id")': "NOT VALID",
    'ALTER TABLE "cases_payment" ADD CONSTRAINT "x" UNIQUE ("reference")': "USING INDEX",
    'UPDATE "cases_dossier" SET "cycle" = 1': "batches by primary key",
    "INSERT INTO cases_auditentry SELECT 1": "batches by primary key",
    "TRUNCATE cases_readaccess": "locks the whole table",
    "-- THIS OPERATION CANNOT BE WRITTEN AS SQL": "batches by primary key",
}
GOOD = [
    'CREATE INDEX CONCURRENTLY "x" ON "cases_dossier" ("state")',
    'CREATE INDEX "x" ON "procedures_agency" ("kind")',  # does not grow
    'ALTER TABLE "cases_dossier" ADD COLUMN "note" varchar(20) DEFAULT \'\' NOT NULL',
    'ALTER TABLE "cases_dossier" ADD COLUMN "a_id" bigint NULL CONSTRAINT "x" REFERENCES "b" ("id")',
    'ALTER TABLE "cases_document" ALTER COLUMN "dossier_id" DROP NOT NULL',
    'ALTER TABLE "cases_dossier" ADD CONSTRAINT "x" CHECK ("cycle" > 0) NOT VALID',
    'ALTER TABLE "cases_dossier" ADD CONSTRAINT "x" UNIQUE USING INDEX "y"',
    'ALTER TABLE "cases_dossier" VALIDATE CONSTRAINT "x"',
    "CREATE TRIGGER x BEFORE UPDATE ON cases_dossier FOR EACH ROW EXECUTE FUNCTION x()",
]


@pytest.mark.parametrize("statement", BAD)
def test_what_takes_a_long_lock_is_refused_with_what_to_do_instead(statement):
    (sentence,) = faults([statement])
    assert BAD[statement] in sentence


@pytest.mark.parametrize("statement", GOOD)
def test_what_takes_a_moment_is_not(statement):
    assert faults([statement]) == []


def test_a_table_of_this_migration_may_be_anything():
    assert faults(['CREATE TABLE "cases_dossier" (x int)', 'CREATE INDEX "x" ON "cases_dossier" ("x")']) == []


def test_work_in_batches_has_transactions_of_its_own():
    assert faults(["-- THIS OPERATION CANNOT BE WRITTEN AS SQL"], atomic=False) == []
    assert faults(['UPDATE "cases_dossier" SET "cycle" = 1 WHERE "id" < 9'], atomic=False) == []


def test_a_constraint_is_validated_in_a_migration_of_its_own():
    both = [
        'ALTER TABLE "cases_dossier" ADD CONSTRAINT "x" CHECK ("cycle" > 0) NOT VALID',
        'ALTER TABLE "cases_dossier" VALIDATE CONSTRAINT "x"',
    ]
    (sentence,) = faults(both)
    assert "a migration of its own" in sentence
    assert faults(both, atomic=False) == []


def test_a_column_that_was_proven_full_may_be_required():
    earlier = (
        'ALTER TABLE "cases_dossier" ADD CONSTRAINT "full" CHECK (("subject" IS NOT NULL)) NOT VALID\n'
        'ALTER TABLE "cases_dossier" VALIDATE CONSTRAINT "full"'
    )
    required = ['ALTER TABLE "cases_dossier" ALTER COLUMN "subject" SET NOT NULL']
    assert faults(required, earlier=earlier) == []
    assert len(faults(required, earlier=earlier.splitlines()[0])) == 1
