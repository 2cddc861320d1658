"""`make bench`: measures everything, prints a table, writes it to `benchmarks/results/latest.json` and draws it."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

RESULTS = Path(__file__).parent / "results"
DATABASE = "bench_onestop"
SAMPLE = 60  # dossiers told by the demonstration, which are printed and copied
SMALL, LARGE = 10_000, 100_000
# What a line needs: a few dossiers in a transaction, or databases filled with very many.
OF_A_FEW = ("due-dates", "letters", "calendar")
OF_MANY = ("scorecard", "lists", "sweep", "memory", "receptions", "look-up")
PACKAGES = ("Django", "psycopg", "granian", "typst", "numpy", "holidays", "workalendar", "businesstimedelta")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--dossiers",
        default=f"{SMALL},{LARGE}",
        metavar="SMALL,LARGE",
        help="sizes of the two databases that are compared (default %(default)s)",
    )
    parser.add_argument(
        "--revised",
        type=int,
        default=20_000,
        help="open dossiers of the calendar preview (default %(default)s)",
    )
    parser.add_argument(
        "--overdue",
        type=int,
        default=10_000,
        help="overdue dossiers whose sweep is weighed (default %(default)s)",
    )
    parser.add_argument(
        "--newly",
        type=int,
        default=2_000,
        help="newly overdue dossiers of one sweep (default %(default)s)",
    )
    parser.add_argument("--only", default="", help=f"some of {', '.join(OF_A_FEW + OF_MANY)}, with commas")
    arguments = parser.parse_args()
    small, large = (int(size) for size in arguments.dossiers.split(","))
    only = [name for name in arguments.only.split(",") if name] or [*OF_A_FEW, *OF_MANY]
    if unknown := set(only) - {*OF_A_FEW, *OF_MANY}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    prepare()
    results = []
    sizes = {"revised": arguments.revised, "overdue": arguments.overdue, "newly": arguments.newly}
    for result in measured(only, small, large, **sizes):
        results.append(result)
        say(f"measured: {result.name}")
    print(table(results))
    if not arguments.only:
        write(results, dossiers=[small, large], **sizes)
        from benchmarks.chart import draw

        title = f"make bench: {small:,} and {large:,} dossiers, {machine()['processor']}"
        draw(results, RESULTS / "latest.svg", title)


BEGIN = perf_counter()


def say(line: str) -> None:
    print(f"{perf_counter() - BEGIN:6.0f} s  {line}", file=sys.stderr, flush=True)


def prepare() -> None:
    """Servers and folders as for the tests, so that nothing of a running system is touched; then Django."""
    from tests.services import prepare_process, prepare_run

    os.environ["ONESTOP_TEST_DB"] = DATABASE
    os.environ["THROTTLE_LOOKUP"] = "1000000/min"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onestop.settings")
    prepare_run()
    prepare_process(None)
    import django

    django.setup()


def measured(only: list[str], small: int, large: int, *, revised: int, overdue: int, newly: int) -> Iterator:
    """All results. The databases are made for this run and dropped."""
    from django.db import connection
    from django.test.utils import override_settings
    from django.utils import translation

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    cheap = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    try:
        with cheap, translation.override("vi"):
            with told_by_the_services():
                say("a small demonstration")
            if set(only) & set(OF_A_FEW):
                yield from of_a_few(only, revised)
            if set(only) & set(OF_MANY):
                connection.close()
                yield from of_many(only, small, large, overdue, newly)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


@contextmanager
def told_by_the_services() -> Iterator[None]:
    """Some dossiers of every kind, up to today."""
    from django.utils import timezone

    from cases.demo.build import build_demo
    from procedures.services.catalogue import load_catalogue

    load_catalogue(Path("seeds"), today=timezone.localdate())
    build_demo(SAMPLE, seed=7)
    yield


def of_a_few(only: list[str], revised: int) -> Iterator:
    """Rolled back at the end: no message and no task leaves this run."""
    from django.utils import timezone

    from benchmarks.databases import rolled_back
    from benchmarks.due_dates import due_dates
    from benchmarks.letters import letters
    from benchmarks.revisions import revisions
    from benchmarks.working_days import working_days
    from cases.enums import State
    from cases.models import Dossier
    from procedures.calendars import calendar_for
    from procedures.models import Agency

    with rolled_back():
        sample = Dossier.objects.filter(state=State.PROCESSING).first()
        if "due-dates" in only:
            calendar = calendar_for(sample.competent_agency)
            yield from due_dates(calendar)
            yield from working_days(calendar)
        if "letters" in only:
            yield from letters(sample)
        if "calendar" in only:
            agencies = list(Agency.objects.filter(decided_dossiers__isnull=False).distinct())
            yield from revisions(sample, agencies, revised, timezone.localdate())


def of_many(only: list[str], small: int, large: int, overdue: int, newly: int) -> Iterator:
    from benchmarks.databases import Databases, url_of
    from benchmarks.lists import lists
    from benchmarks.lookups import lookups
    from benchmarks.memory import memory
    from benchmarks.receptions import receptions
    from benchmarks.scorecards import scorecards
    from benchmarks.sweeps import sweeps
    from cases.models import Dossier
    from procedures.models import Agency

    databases = Databases()
    try:
        few = databases.fill(small, rolled_up=False, say=say)
        many = databases.fill(large, rolled_up="scorecard" in only, say=say)
        if "scorecard" in only:
            with databases.on(many):
                yield from scorecards(Agency.objects.get(parent=None))
        if "lists" in only:
            yield from lists(databases, few, many)
        if "sweep" in only:
            yield from sweeps(databases, few, many, newly)
        if "memory" in only:
            with databases.on(few):
                yield from memory(overdue)
        if "receptions" in only:
            yield from receptions(databases, few)
        if "look-up" in only:
            with databases.on(many):
                known = Dossier.objects.exclude(code=None).order_by("uuid")
                codes = list(known.values_list("code", flat=True)[:1_000])
            os.environ["DATABASE_URL"] = url_of(many)
            yield from lookups(codes)
    finally:
        databases.close()


def table(results: list) -> str:
    """The results for the eye."""
    head = ("", "ours", "yardstick", "unit", "ratio", "spread", "goal", "")
    rows = [
        (
            result.name,
            _figure(result.ours),
            "" if result.yardstick is None else _figure(result.yardstick),
            result.unit,
            "" if result.ratio is None else f"{result.ratio:.2f}",
            f"{min(result.ratios):.2f}–{max(result.ratios):.2f}" if result.ratios else "",
            "" if result.goal is None else str(result.goal),
            {True: "met", False: "MISSED", None: ""}[result.met],
        )
        for result in results
    ]
    widths = [max(len(row[place]) for row in [head, *rows]) for place in range(len(head))]
    lines = []
    for row in [head, *rows]:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _figure(value: float) -> str:
    return f"{value:,.2f}" if value < 1000 else f"{value:,.0f}"


def write(results: list, name: str = "latest.json", **more) -> None:
    RESULTS.mkdir(exist_ok=True)
    facts = {"machine": machine(), **more, "results": [result.as_dict() for result in results]}
    path = RESULTS / name
    path.write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n")
    print(f"Written to {path.relative_to(Path.cwd())}")


def machine() -> dict:
    """What the figures belong to."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30),
        "postgresql": _postgresql(),
        "packages": {name: version(name) for name in PACKAGES},
        "date": datetime.now().astimezone().strftime("%Y-%m-%d"),
    }


def _postgresql() -> str:
    from django.db import connection

    with connection._nodb_cursor() as cursor:  # those of the run are dropped by now
        cursor.execute("SHOW server_version")
        return cursor.fetchone()[0]


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


if __name__ == "__main__":
    main()
