"""Every index serves a query that docs/indexes.md names; none is kept that another one covers."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from tests.onestop.migration_sql import GROWING

pytestmark = pytest.mark.django_db

PAGE = Path(__file__).parent.parent / "docs" / "indexes.md"
OURS = ("cases", "notifications", "procedures")
# Indexes that another one begins with, and that stay for a reason.
COVERED_AND_KEPT = {
    "cases_dossier.competent_agency_id": "a fifth of dossier_by_competent: figures of an agency read it whole",
}


def described() -> dict[str, str]:
    """What the page says of each index, by name."""
    return dict(re.findall(r"^\| `(\w+)` \| (.+?) \|$", PAGE.read_text(encoding="utf-8"), re.M))


def rows(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def named() -> set[str]:
    """Those with a name of their own; the rest belongs to keys and to columns that are unique."""
    models = [model for model in apps.get_models() if model._meta.app_label in OURS]
    return {index.name for model in models for index in model._meta.indexes}


def test_the_page_names_every_index_and_none_that_is_gone():
    assert set(described()) == named()
    there = {name for (name,) in rows("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")}
    assert named() - there == set()


def test_every_index_says_what_for():
    assert [name for name, why in described().items() if len(why) < 20] == []


def test_there_is_no_index_that_no_model_asks_for():
    """Beside the named ones: primary keys, constraints, unique columns, foreign keys, beginnings of texts."""
    asked = set(named())
    columns = {}
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        asked |= {one.name for one in meta.constraints}
        columns[meta.db_table] = {
            field.column for field in meta.local_fields if field.unique or field.db_index
        }
    found = rows(
        "SELECT relation.relname, name.relname, array_agg(attname::text) FROM pg_index"
        " JOIN pg_class relation ON relation.oid = indrelid JOIN pg_class name ON name.oid = indexrelid"
        " JOIN pg_attribute ON attrelid = indexrelid"
        " WHERE NOT indisprimary AND relation.relnamespace = 'public'::regnamespace"
        " GROUP BY 1, 2"
    )
    unknown = [
        name
        for table, name, of in found
        if table.startswith(tuple(f"{app}_" for app in OURS))
        and name not in asked
        and not (len(of) == 1 and of[0] in columns[table])
        and not name.endswith("_uniq")  # tables between two others
    ]
    assert unknown == []


def test_no_index_of_a_table_that_grows_is_the_beginning_of_another():
    covered = rows(
        """SELECT DISTINCT a.indrelid::regclass::text || '.' || attname
             FROM pg_index a JOIN pg_index b ON b.indrelid = a.indrelid AND b.indexrelid <> a.indexrelid
             JOIN pg_attribute ON attrelid = a.indrelid AND attnum = a.indkey[0]
            WHERE a.indnatts = 1 AND NOT a.indisunique AND a.indkey[0] = b.indkey[0]
              AND a.indclass[0] = b.indclass[0] AND b.indnatts > 1
              AND a.indpred IS NULL AND b.indpred IS NULL"""
    )
    growing = {name for (name,) in covered if name.split(".")[0] in GROWING}
    assert growing == set(COVERED_AND_KEPT)
