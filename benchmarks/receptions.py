"""Line 4: receptions of sixteen clerks at one desk at once, beside bare inserts of the same rows.

Ours is the service, with everything that it asks and refuses. The bare inserts are given the finished rows and
write them, all of one reception in one transaction with the numbers of its counters, over sixteen connections
too. What was written is taken away after each round, so that the same rows fit again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count as numbers
from time import perf_counter

from django.apps import apps
from django.db import connection, connections, transaction
from django.utils import timezone

from benchmarks import plain_sql
from benchmarks.databases import Databases
from benchmarks.measure import Goal, Result, compared
from cases.enums import EventKind
from cases.models import Applicant, AuditEntry, CodeCounter, Dossier, LogBook, Recount
from cases.services import receive
from cases.services.applicants import ApplicantFacts
from cases.services.checklist import ComponentFacts
from cases.services.fee_lines import FeeFacts
from procedures.enums import Channel, Role
from procedures.models import Staff

CONNECTIONS, ROUNDS = 16, 3
RECEPTIONS = 160  # in one round
GOAL = Goal(3.0, of_ratio=True)
BY_TRIGGERS = {AuditEntry, Recount}
_person = numbers(1)


def receptions(databases: Databases, name: str) -> Iterator[Result]:
    with databases.on(name):
        receive_one = _reception()
        with ThreadPoolExecutor(CONNECTIONS, initializer=_connect_to, initargs=(databases, name)) as pool:
            took: tuple[list[float], list[float]] = [], []
            for number in range(ROUNDS + 1):
                before = _last_ids()
                ours = _seconds(pool, [receive_one] * RECEPTIONS)
                rows, counters = _written(before), _counters(before)
                _check(before)
                _take_away(before, counters)
                raw = _seconds(pool, [partial(_insert, mine, counters) for mine in rows])
                _check(before)
                _take_away(before, counters)
                if number:  # the first one warms up
                    took[0].append(ours)
                    took[1].append(raw)
            list(pool.map(lambda _n: connections["default"].close(), range(CONNECTIONS * 4)))
    title = f"receptions over {CONNECTIONS} connections: bare inserts of the same rows, each"
    yield compared(title, *took, "ms", GOAL, scale=1000 / RECEPTIONS)


def _connect_to(databases: Databases, name: str) -> None:
    """This thread's own connection."""
    own = connections.create_connection("default")
    own.settings_dict = connections["default"].settings_dict | {"NAME": name}
    connections["default"] = own


def _seconds(pool: ThreadPoolExecutor, works: list[Callable]) -> float:
    begin = perf_counter()
    for done in [pool.submit(work) for work in works]:
        done.result()
    return perf_counter() - begin


def _reception() -> Callable[[], Dossier]:
    """As the newest one at a ward's desk, by one of its clerks, of somebody new each time."""
    like = (
        Dossier.objects.filter(channel=Channel.DESK, code__isnull=False, group=None, limit__amount__gt=0)
        .filter(receiving_desk__staff__role=Role.CLERK, events__kind=EventKind.RECEIVED)
        .select_related("version__procedure", "receiving_desk", "competent_agency", "limit")
        .latest("received_at")
    )
    clerk = Staff.objects.filter(agency=like.receiving_desk, role=Role.CLERK, is_active=True).first()
    components = [
        ComponentFacts(item.component_id, provision=item.provision)
        for item in like.components.exclude(component=None)
    ]

    fee = FeeFacts(
        fee_ids=list(like.fees.values_list("fee_line", flat=True)), quantities=dict(like.quantities)
    )

    def receive_one() -> Dossier:
        number = next(_person)
        person = ApplicantFacts(
            full_name="Nguyễn Thị Đo",
            id_number=f"0409{number:08}",
            phone=f"09{number:08}",
            notice_channels=["sms"],
        )
        return receive(
            like.version.procedure,
            person,
            desk=like.receiving_desk,
            by=clerk,
            components=components,
            competent_agency=like.competent_agency,
            limit=like.limit,
            fee=fee,
        )

    return receive_one


# The same rows ----------------------------------------------------------------------------------------

COUNTERS = (CodeCounter, LogBook)


def _models() -> list[type]:
    """Those with keys that count up, what others point to first."""
    mine = [*apps.get_app_config("cases").get_models(), *apps.get_app_config("notifications").get_models()]
    found = [model for model in mine if model._meta.pk.get_internal_type() == "BigAutoField"]
    found = [model for model in found if model not in COUNTERS]
    return sorted(
        found, key=lambda model: [Applicant, Dossier].index(model) if model in (Applicant, Dossier) else 2
    )


def _last_ids() -> dict[type, int]:
    asked = " UNION ALL ".join(
        f"SELECT {place}, COALESCE(max(id), 0) FROM {plain_sql.table(model)}"
        for place, model in enumerate(_models())
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        last = dict(cursor.fetchall())
    return {model: last[place] for place, model in enumerate(_models())}


def _written(before: dict[type, int]) -> list[list[tuple[str, list[tuple]]]]:
    """Statement and rows by reception, of every table that got some."""
    found: dict[int, list] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, code, applicant_id FROM cases_dossier WHERE id > %s", [before[Dossier]])
        dossiers = cursor.fetchall()
        by_code = {code: pk for pk, code, _applicant in dossiers}
        by_applicant = {applicant: pk for pk, _code, applicant in dossiers}
        for model, last in before.items():
            columns = [field.column for field in model._meta.concrete_fields]
            names = ", ".join(f'"{column}"' for column in columns)
            shown = ", ".join(f'"{column}"::text' for column in columns)
            cursor.execute(f"SELECT {shown} FROM {plain_sql.table(model)} WHERE id > %s", [last])
            rows = cursor.fetchall()
            if model in BY_TRIGGERS or not rows:
                continue
            types = [
                field.cast_db_type(connection) or field.db_type(connection)
                for field in model._meta.concrete_fields
            ]
            places = ", ".join(f"%s::{kind}" for kind in types)
            insert = f"INSERT INTO {plain_sql.table(model)} ({names}) VALUES "
            mine = defaultdict(list)
            for row in rows:
                known = dict(zip(columns, row, strict=True))
                mine_of = known["id"] if model is Dossier else known.get("dossier_id")
                person = known["id"] if model is Applicant else known.get("applicant_id")
                pk = int(mine_of) if mine_of else by_code.get(known.get("reference"))
                if pk is None and person is None:
                    raise SystemExit(f"Whose are the rows of {model.__name__}?")
                pk = pk or by_applicant[int(person)]
                mine[pk].append(row)
            for pk, own in mine.items():
                found[pk].append(
                    (insert + ", ".join([f"({places})"] * len(own)), [v for row in own for v in row])
                )
    return list(found.values())


def _counters(before: dict[type, int]) -> dict[type, int]:
    """Keys of the rows that gave the numbers."""
    one = Dossier.objects.filter(pk__gt=before[Dossier]).latest("pk")
    of_desk = CodeCounter.objects.filter(agency_identifier=one.receiving_desk.identifier)
    of_day = of_desk.get(day=timezone.localdate(one.received_at))
    book = LogBook.objects.get(desk=one.receiving_desk_id, year=one.book_year)
    return {CodeCounter: of_day.pk, LogBook: book.pk}


def _insert(statements: list[tuple[str, list]], counters: dict[type, int]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, values in statements:
            cursor.execute(sql, values)
        for counter in COUNTERS:
            cursor.execute(
                f"UPDATE {plain_sql.table(counter)} SET last_number = last_number + 1 WHERE id = %s",
                [counters[counter]],
            )


def _check(before: dict[type, int]) -> None:
    """No number twice and none left out."""
    numbers = Dossier.objects.filter(pk__gt=before[Dossier]).order_by("book_number")
    found = list(numbers.values_list("book_number", flat=True))
    assert len(found) == RECEPTIONS and found == list(range(found[0], found[0] + RECEPTIONS)), found
    assert len(set(numbers.values_list("code", flat=True))) == RECEPTIONS


def _take_away(before: dict[type, int], counters: dict[type, int]) -> None:
    """By the back door: history cannot be taken away. The counters go back as well."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for model, last in reversed(before.items()):
            cursor.execute(f"DELETE FROM {plain_sql.table(model)} WHERE id > %s", [last])
        for counter in COUNTERS:
            cursor.execute(
                f"UPDATE {plain_sql.table(counter)} SET last_number = last_number - %s WHERE id = %s",
                [RECEPTIONS, counters[counter]],
            )
