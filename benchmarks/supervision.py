"""`python -m benchmarks.supervision`: server time of every screen of supervisors over very many dossiers.

For a database that `manage.py generate_dossiers` filled, after `manage.py rebuild_rollups`. The person
is a supervisor of the province, who looks at everything. Each screen is asked for in turn with the yardstick,
a page of the office without any figures; the best of some rounds counts, and `ratio` compares machines.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time

ROUNDS = 5
GOAL = 300.0  # ms
YARDSTICK = "admin:my_lists"
SUPERVISOR = "giamsat.tinh"  # of the demonstration


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", default="", help="names that contain this")
    parser.add_argument("--queries", action="store_true", help="show the slowest queries of each screen")
    parser.add_argument(
        "--busy",
        action="store_true",
        help="count time at work, not time passed: on a machine that others use",
    )
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onestop.settings")
    import django

    django.setup()
    from benchmarks import run

    clock = time_at_work if arguments.busy else perf_counter
    results = []
    for result in measured(arguments.rounds, arguments.only, shows_queries=arguments.queries, clock=clock):
        results.append(result)
        print(f"{result.ours:9.1f} ms  {result.name}", file=sys.stderr, flush=True)
    print(run.table(results))
    if not arguments.only:
        run.write(results, "supervision.json", dossiers=_count(), clock=clock.__name__)


def _count() -> int:
    from cases.models import Dossier

    return Dossier.objects.count()


def time_at_work() -> float:
    """Seconds that this process and its process of the database have worked: what others do takes none of it."""
    from django.db import connection

    with connection.cursor() as cursor:
        pid = cursor.connection.info.backend_pid
    database = Path(f"/proc/{pid}/schedstat").read_text().split()[0]
    return process_time() + int(database) / 1e9


def measured(rounds: int, only: str, *, shows_queries: bool, clock) -> Iterator:
    from django.conf import settings
    from django.test import Client
    from django.test.utils import override_settings
    from django.urls import reverse

    from benchmarks.measure import Goal, Result, best_of
    from procedures.models import Staff

    host = "testserver"
    with override_settings(ALLOWED_HOSTS=[host], DEBUG=False):
        client = Client(headers={"accept-language": settings.LANGUAGE_CODE})
        client.force_login(Staff.objects.get(username=SUPERVISOR))

        def page(address: str):
            method, _space, address = address.rpartition(" ")

            def ask() -> None:
                answer = (client.post if method == "POST" else client.get)(address)
                if answer.status_code != 200:
                    raise SystemExit(f"{address} answers {answer.status_code}")
                b"".join(answer) if answer.streaming else answer.content

            return ask

        yardstick = page(reverse(YARDSTICK))
        for name, address in screens():
            if only in name:
                ask = page(address)
                if shows_queries:
                    _show_queries(ask)
                took = best_of([ask, yardstick], rounds=rounds, clock=clock)
                yield Result(name, *(seconds * 1000 for seconds in took), "ms", Goal(GOAL))


def _show_queries(ask) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ask()
    with CaptureQueriesContext(
        connection,
    ) as found:
        ask()
    slow = sorted(found.captured_queries, key=lambda query: -float(query["time"]))
    print(f"  {len(slow)} queries", file=sys.stderr)
    for query in slow[:4]:
        print(f"  {query['time']} s  {query['sql'][:1500]}", file=sys.stderr)


def screens() -> Iterator[tuple[str, str]]:
    """Name and address of each; what is picked for an address is picked from the database."""
    from django.urls import reverse
    from django.utils import timezone
    from django.utils.http import urlencode

    from cases.admin.reports import CONTENTS
    from cases.late import AGES
    from cases.models import Dossier, Feedback
    from cases.scorecard import rolled
    from notifications.enums import LetterKind, LetterState
    from notifications.models import Letter
    from procedures.enums import Role
    from procedures.models import Staff

    def at(name: str, *args, **query) -> str:
        return reverse(name, args=args) + (f"?{urlencode(query)}" if query else "")

    today = timezone.localdate()
    running = rolled.last_month()
    past = running.before
    overdue = Dossier.objects.overdue().order_by()
    held = overdue.select_related("version__procedure", "competent_agency")
    some = held.filter(holder__role=Role.OFFICER).order_by("pk").first()
    province = Staff.objects.get(username="giamsat.tinh").agency
    dossiers = "admin:cases_dossier_changelist"
    letters = "admin:notifications_letter_changelist"

    yield "morning screen", at("admin:index")
    for query in (
        "due=today",
        "due=tomorrow",
        "transfer=lying",
        "answer=waiting",
        "answer=late",
        "received=today",
        "state=paid",
        "holder=elsewhere",
        "age=longer",
        f"officer={some.holder_id}",
    ):
        yield (
            f"list behind a figure: {query.partition('=')[0]} {query.partition('=')[2]}",
            f"{at(dossiers)}?{query}",
        )
    yield "overdue list", at("admin:overdue")
    for name, value in {
        "agency": some.competent_agency.identifier,
        "field": some.version.field_vi,
        "procedure": some.version.procedure.code,
        "officer": some.holder_id,
    }.items():
        yield f"overdue list, by {name}", at("admin:overdue", **{name: value})
    for age in AGES:
        yield f"overdue list, {age} working days late", at("admin:overdue", age=age)
    yield "overdue list, page far behind", at("admin:overdue", after=_deep(overdue))
    yield "overdue list as Excel", "POST " + at("admin:overdue_excel")
    yield "outlook", at("admin:outlook")
    yield "outlook, 20 days", at("admin:outlook", days=20, agency="")
    yield "balance", at("admin:workload", agency=some.competent_agency.identifier)
    yield "apologies", at("admin:apologies")
    drafts = Letter.objects.filter(kind=LetterKind.APOLOGY, state=LetterState.DRAFT)
    draft = Dossier.objects.get(code=drafts.order_by("pk").values("reference")[:1])
    yield "one letter of apology", at("admin:apology", draft.pk)
    for state in ("today", "no_reason", "open"):
        yield f"letters: {state}", at(letters, state=state)
    yield "breaches, this month", at("admin:breaches")
    yield "breaches, past month", at("admin:breaches", month=f"{past.first:%Y-%m}")
    for name, month in (("past month", past), ("running month", running)):
        yield f"scorecard, {name}", at("admin:scorecard", month=month)
        for part in ("2.1", "3.3", "4.2", "5.3", "6.1", "6.3"):
            for side in ("numerator", "denominator"):
                yield (
                    f"scorecard, list behind {part} {side}, {name}",
                    at("admin:scorecard_list", agency=province.identifier, month=month, part=part, side=side),
                )
        yield f"nine indicators, {name}", at("admin:nine_indicators", month=month)
        yield (
            f"nine indicators of an officer, {name}",
            at("admin:nine_indicators", month=month, officer=some.holder_id),
        )
    for part in CONTENTS:
        for name, month in (("past month", past), ("running month", f"{today:%Y-%m}")):
            yield f"report, {part}, {name}", at("admin:report", part=part, period=month)
    for key, part in {
        "late": "late",
        "late_open": "late",
        "2.1-bad": "rates",
        "4.2-all": "rates",
        "asked-twice": "shortcomings",
        "ratings": "satisfaction",
    }.items():
        yield f"report, list behind {key}", at("admin:report_list", key, period=past, part=part)
    yield "reform register", at("admin:reforms")
    yield "ratings", at("admin:ratings")
    yield "feedback", at("admin:cases_feedback_changelist")
    one = Feedback.objects.order_by("pk").first()
    yield "one piece of feedback", at("admin:feedback", one.pk)
    yield "contests", at("admin:cases_feedback_changelist") + "?contest=1"
    yield "escalation ladder", at("admin:cases_escalationrung_changelist")


def _deep(overdue) -> str:
    """The cursor of a page behind two thousand rows."""
    from cases.admin.overdue import LATE, PER_PAGE
    from onestop.keyset import keyset_page

    cursor = ""
    for _page in range(2000 // PER_PAGE):
        cursor = keyset_page(overdue, LATE, PER_PAGE, after=cursor).after or cursor
    return cursor


if __name__ == "__main__":
    main()
