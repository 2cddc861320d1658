"""Copies of whole dossiers in SQL: every row that belongs to a dossier, moved in time and to another agency.

What the services told of one dossier is consistent, and stays so when all its moments move by the same whole
weeks and all its people become their colleagues of another commune. Nothing is read into Python.

Two temporary tables say what is made. `copies`: number `n` from 0, dossier `template`, new key `dossier`, its
agency `home`, `shift` (interval), `place`, `code`, `book_year`, `book_number`, `applicant`. `places`: `place`,
`agency`, and `staff`, the keys of its people by the number of their post.
"""

from django.db import connection
from django.db.models import DateField, DateTimeField, Model, UUIDField

from cases.models import (
    Consultation,
    Demand,
    Document,
    Dossier,
    DossierComponent,
    DossierEvent,
    DossierFee,
    Escalation,
    ExcludedPeriod,
    Extension,
    Feedback,
    FeedbackStep,
    FeeWaiver,
    Handover,
    OnlineFiling,
    Payment,
    Rating,
    RatingScore,
    Reschedule,
    StepRun,
    Supplement,
    SupplementAnswer,
)
from notifications.models import Letter
from procedures.models import Agency, Staff

# What belongs to a dossier, each after what it points to; and the way from a row to its dossier.
PARTS: dict[type[Model], str] = {
    DossierComponent: "dossier",
    Document: "dossier",
    DossierEvent: "dossier",
    StepRun: "dossier",
    Supplement: "dossier",
    SupplementAnswer: "supplement__dossier",
    Reschedule: "dossier",
    Extension: "dossier",
    ExcludedPeriod: "dossier",
    DossierFee: "dossier",
    FeeWaiver: "dossier",
    Payment: "dossier",
    Consultation: "dossier",
    Demand: "dossier",
    Handover: "dossier",
    OnlineFiling: "dossier",
    Escalation: "dossier",
    Rating: "dossier",
    RatingScore: "rating__dossier",
    Feedback: "dossier",
    FeedbackStep: "feedback__dossier",
}
COPIED = (Dossier, *PARTS, Letter)
TZ = "Asia/Ho_Chi_Minh"


def run(sql: str, params=None) -> int:
    """Number of rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


def value(sql: str, params=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]


def table(model: type[Model]) -> str:
    return model._meta.db_table


def dossiers() -> int:
    own = {
        "id": "c.dossier",
        "code": "c.code",
        "book_year": "c.book_year",
        "book_number": "c.book_number",
        "applicant_id": "COALESCE(c.applicant, t.applicant_id)",
        "group_id": "NULL",
        "corrects_id": "NULL",
    }
    rows = f"SELECT d.*, {_posts(Dossier, 'd')} FROM cases_dossier d"
    return _insert(Dossier, rows, "t.id", own, {})


def parts() -> dict[str, int]:
    """Everything else that belongs to the copied dossiers; rows by table."""
    bases: dict[type[Model], tuple[int, int]] = {}
    return {table(model): _part(model, bases) for model in PARTS}


def _part(model: type[Model], bases: dict[type[Model], tuple[int, int]]) -> int:
    """Keys are made of the number of the copy and the rank of the row in its dossier, so all can be reckoned."""
    ranked = _ranked(model)
    most = value(f"SELECT COALESCE(max(rank), 0) FROM ({ranked}) r")
    if not most:
        return 0
    base = value(f"SELECT COALESCE(max(id), 0) FROM {table(model)}")
    bases[model] = base, most
    joins, ranks = [], []
    for field in model._meta.concrete_fields:
        if field.is_relation and field.related_model in PARTS:
            alias = f"to_{field.name}"
            joins.append(
                f"LEFT JOIN ({_ranked(field.related_model)}) {alias} ON {alias}.id = x.{field.column}"
            )
            ranks.append(f"{alias}.rank AS {field.column}_rank")
    more = ", ".join(["r.rank", "r.dossier AS of_dossier", *ranks])
    posts = _posts(model, "x")
    rows = f"SELECT x.*, {more}, {posts} FROM {table(model)} x JOIN ({ranked}) r ON r.id = x.id {' '.join(joins)}"
    own = {"id": f"{base} + c.n * {most} + t.rank", **OWN.get(model, {})}
    return _insert(model, rows, "t.of_dossier", own, bases)


def _ranked(model: type[Model]) -> str:
    """SQL of key, dossier and rank in the dossier of each row of the templates."""
    rows = model.objects.order_by().values_list("pk", PARTS[model])
    name = rows.query.get_compiler("default").as_sql()[0]
    found = f"SELECT * FROM ({name}) AS f (id, dossier) WHERE dossier IN (SELECT template FROM templates)"
    return (
        f"SELECT id, dossier, row_number() OVER (PARTITION BY dossier ORDER BY id) AS rank FROM ({found}) f"
    )


def _posts(model: type[Model], alias: str) -> str:
    """SQL of the post of each person of a row."""
    found = [
        f"(SELECT p.post FROM posts p WHERE p.staff = {alias}.{field.column}) AS {field.column}_post"
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is Staff
    ]
    return ", ".join([*found, "0 AS nothing"])


def _insert(model: type[Model], rows: str, dossier: str, own: dict[str, str], bases: dict) -> int:
    """`rows`: SQL of the rows of the templates, with the posts and ranks of what they point to."""
    values = {
        field.column: own.get(field.column) or _moved(field, bases) for field in model._meta.concrete_fields
    }
    columns = ", ".join(f'"{column}"' for column in values)
    run(f"CREATE TEMP TABLE told ON COMMIT DROP AS {rows}")
    run("ANALYZE told")
    count = run(
        f"INSERT INTO {table(model)} ({columns}) SELECT {', '.join(values.values())}"
        f" FROM told t JOIN copies c ON c.template = {dossier} JOIN places p ON p.place = c.place"
    )
    run("DROP TABLE told")
    return count


def _moved(field, bases: dict) -> str:
    column = f't."{field.column}"'
    if field.is_relation:
        return _elsewhere(field, column, bases)
    if isinstance(field, DateTimeField):
        return f"{column} + c.shift"
    if isinstance(field, DateField):
        return f"({column} + c.shift)::date"
    if isinstance(field, UUIDField) and field.unique:
        return "gen_random_uuid()"
    return column


def _elsewhere(field, column: str, bases: dict) -> str:
    """The same of the copy: its own rows, its agency, the colleague on the same post."""
    to = field.related_model
    if to is Dossier:
        return "c.dossier"
    if to in bases:
        base, most = bases[to]
        return f"{base} + c.n * {most} + t.{field.column}_rank"
    if to in PARTS:
        return "NULL::bigint"  # there is none
    if to is Agency:
        return at_home(column)
    if to is Staff:
        return f"COALESCE(p.staff[t.{field.column}_post], {column})"
    return column


def at_home(column: str) -> str:
    """The agency of the copy for that of the template; other agencies stay."""
    return f"CASE WHEN {column} = c.home THEN COALESCE(p.agency, {column}) ELSE {column} END"


def _year(column: str) -> str:
    return f"EXTRACT(year FROM ({column} + c.shift) AT TIME ZONE '{TZ}')::int"


_BOOK = f"{at_home('t.agency_id')}, {_year('t.sent_at')}"
# What is counted through or unique.
OWN = {
    DossierEvent: {"seal": "''"},
    Payment: {
        "receipt_number": "'SAO-' || c.n || '-' || t.rank",
        "cash_report_id": "CASE WHEN t.cash_report_id IS NOT NULL THEN p.cash_report END",
    },
    OnlineFiling: {"key": "gen_random_uuid()"},
    Feedback: {
        "code": "'SAO-' || c.n || '-' || t.rank",
        "nonce": "gen_random_uuid()",
        "book_id": f"(SELECT b.id FROM cases_feedbackbook b WHERE (b.agency_id, b.year) = ({_BOOK}))",
        "number": f"(SELECT b.last_number FROM cases_feedbackbook b WHERE (b.agency_id, b.year) = ({_BOOK}))"
        f" + row_number() OVER (PARTITION BY {_BOOK} ORDER BY t.sent_at + c.shift, c.n)",
    },
}


def open_feedback_books(years: list[int]) -> None:
    run(
        "INSERT INTO cases_feedbackbook (agency_id, year, last_number)"
        " SELECT a.id, y, 0 FROM procedures_agency a, unnest(%s) y ON CONFLICT DO NOTHING",
        [years],
    )


def close_numbers() -> None:
    """Every counter stands where its numbers end."""
    run(
        "UPDATE cases_feedbackbook b SET last_number = f.n FROM"
        " (SELECT book_id, max(number) AS n FROM cases_feedback GROUP BY 1) f WHERE f.book_id = b.id"
    )
    run(
        "INSERT INTO cases_codecounter (agency_identifier, day, last_number)"
        " SELECT identifier, day, max(number) FROM (SELECT split_part(code, '-', 1) AS identifier,"
        " to_date(split_part(code, '-', 2), 'YYMMDD') AS day, split_part(code, '-', 3)::int AS number"
        " FROM copies WHERE code IS NOT NULL) f GROUP BY 1, 2"
        " ON CONFLICT (agency_identifier, day) DO UPDATE SET last_number = EXCLUDED.last_number"
    )
    run(
        "INSERT INTO cases_logbook (desk_id, year, last_number)"
        " SELECT desk, book_year, max(book_number) FROM copies WHERE code IS NOT NULL GROUP BY 1, 2"
        " ON CONFLICT (desk_id, year) DO UPDATE SET last_number = EXCLUDED.last_number"
    )
    run(
        "INSERT INTO notifications_letterregister (agency_identifier, kind, year, last_number)"
        " SELECT agency_identifier, kind, year, max(number) FROM notifications_letter"
        " WHERE number IS NOT NULL GROUP BY 1, 2, 3"
        " ON CONFLICT (agency_identifier, kind, year) DO UPDATE SET last_number = EXCLUDED.last_number"
    )
    run(
        "UPDATE cases_cashreport r SET expected_cash = f.cash, counted_cash = f.cash FROM"
        " (SELECT cash_report_id AS id, COALESCE(sum(amount) FILTER (WHERE method = 'cash'), 0) AS cash"
        " FROM cases_payment GROUP BY 1) f WHERE f.id = r.id AND r.number LIKE 'SAO-%'"
    )
    for model in (*COPIED, Agency, Staff):
        run(f"SELECT setval(pg_get_serial_sequence('{table(model)}', 'id'), max(id)) FROM {table(model)}")


def letters() -> int:
    """They know their dossier by its code, and are numbered by agency, kind and year."""
    year = _year("t.issued_at")
    own = {
        "id": f"{value('SELECT COALESCE(max(id), 0) FROM notifications_letter')}"
        " + row_number() OVER (ORDER BY c.n, t.id)",
        "agency_identifier": "a.identifier",
        "reference": "c.code",
        "key": "CASE WHEN t.key <> '' THEN t.key || '-' || c.n ELSE '' END",
        "year": f"CASE WHEN t.year IS NOT NULL THEN {year} END",
        "number": f"CASE WHEN t.number IS NOT NULL THEN row_number() OVER"
        f" (PARTITION BY a.identifier, t.kind, {year} ORDER BY t.issued_at + c.shift, c.n)"
        " + COALESCE((SELECT g.last_number FROM notifications_letterregister g"
        f" WHERE (g.agency_identifier, g.kind, g.year) = (a.identifier, t.kind, {year})), 0) END",
    }
    values = {
        field.column: own.get(field.column) or _moved(field, {}) for field in Letter._meta.concrete_fields
    }
    columns = ", ".join(f'"{column}"' for column in values)
    return run(
        f"INSERT INTO notifications_letter ({columns}) SELECT {', '.join(values.values())}"
        " FROM notifications_letter t JOIN cases_dossier d ON d.code = t.reference"
        " JOIN copies c ON c.template = d.id JOIN places p ON p.place = c.place"
        " JOIN procedures_agency of ON of.identifier = t.agency_identifier"
        f" JOIN procedures_agency a ON a.id = {at_home('of.id')}"
    )
