"""`make bench`: measures everything, prints a table and writes it to `benchmarks/results/latest.json`."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
DATABASE = "bench_onestop"
SAMPLE = 12  # dossiers told by the demonstration, from which one is printed and copied


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=50_000, help="open dossiers of the calendar preview")
    arguments = parser.parse_args()
    prepare()
    results = []
    for result in measured(arguments.dossiers):
        results.append(result)
        print(f"  measured: {result.name}", file=sys.stderr, flush=True)
    print(table(results))
    write(results)


def prepare() -> None:
    """Servers and folders as for the tests, so that nothing of a running system is touched; then Django."""
    from tests.services import prepare_process, prepare_run

    os.environ["ONESTOP_TEST_DB"] = DATABASE
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onestop.settings")
    prepare_run()
    prepare_process(None)
    import django

    django.setup()


def measured(dossiers: int) -> Iterator:
    """All results. The database is made for this run and dropped, and nothing in it is ever committed."""
    import time_machine
    from django.db import connection, transaction
    from django.test.utils import override_settings
    from django.utils import timezone, translation

    from benchmarks.due_dates import due_dates
    from benchmarks.forms import forms
    from benchmarks.revisions import revisions
    from cases.demo.build import build_demo
    from cases.enums import State
    from cases.models import Dossier
    from procedures.calendars import calendar_for
    from procedures.models import Agency
    from procedures.services.catalogue import load_catalogue
    from procedures.working_time import TZ

    now = datetime(2026, 11, 20, 10, 30, tzinfo=TZ)  # a Friday of a year whose official calendar is known
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        cheap = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
        # Rolled back at the end: no message and no task leaves this run.
        with transaction.atomic(), cheap, translation.override("vi"):
            with time_machine.travel(now, tick=False):
                load_catalogue(Path("seeds"), today=timezone.localdate())
                build_demo(SAMPLE, seed=7)
            sample = Dossier.objects.filter(state=State.PROCESSING).first()
            yield from due_dates(calendar_for(sample.competent_agency))
            yield from forms(sample)
            agencies = list(Agency.objects.filter(decided_dossiers__isnull=False).distinct())
            yield from revisions(sample, agencies, dossiers, now.date())
            transaction.set_rollback(True)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def table(results: list) -> str:
    """The results for the eye."""
    head = ("", "ours", "yardstick", "unit", "ratio", "goal", "")
    rows = [
        (
            result.name,
            f"{result.ours:.2f}",
            "" if result.yardstick is None else f"{result.yardstick:.2f}",
            result.unit,
            "" if result.ratio is None else f"{result.ratio:.2f}",
            "" if result.goal is None else f"< {result.goal:g}",
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
        "date": datetime.now().astimezone().strftime("%Y-%m-%d"),
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


if __name__ == "__main__":
    main()
