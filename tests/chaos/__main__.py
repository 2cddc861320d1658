"""Breaks what can break, one fault after the other, against real processes, and looks at what is left.

    make chaos                                       # all faults, some minutes
    make chaos ARGS="--only kill-sweep --times 50"   # one of them, as often as you like
    make chaos ARGS="--seed 8"                       # other moments; the seed that is printed repeats a run

Starts a PostgreSQL, a Redis, web server, worker and beat of its own in a temporary folder. After each fault what was
begun is finished, everything is compared with a morning without a fault, and the invariants of
`manage.py check_invariants` are asked. Prints a line for each fault; ends with 1 when one of them did harm.
"""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests.chaos.ground import Failed, Ground


def main() -> int:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__.partition("\n")[0])
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this fault; repeatable")
    parser.add_argument("--times", type=int, help="how often each fault; default: its own number")
    parser.add_argument("--seed", type=int, default=7, help="draws the moments (default 7)")
    parser.add_argument(
        "--short", action="store_true", help="the quickest faults once, as the suite runs them"
    )
    parser.add_argument("--away", type=int, help="seconds for which Redis stays away or hangs (default 12)")
    parser.add_argument("--keep", action="store_true", help="keep the folder with its logs")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="onestop-chaos-"))
    folder.chmod(0o711)
    ground = Ground(folder)
    try:
        return run(ground, options)
    except KeyboardInterrupt:
        return 130
    finally:
        ground.stop()
        from onestop import embedded
        from onestop.embedded import places

        shutil.rmtree(embedded.runtime_dir(folder), ignore_errors=True)
        if options.keep:
            print(f"Logs: {folder / 'logs'}")
        else:
            shutil.rmtree(places.spare_dir(folder), ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)


def run(ground: Ground, options) -> int:
    ground.settings()
    import django

    django.setup()
    from tests.chaos import desk, faults, many

    desk.AWAY_SECONDS = options.away or desk.AWAY_SECONDS
    if options.short:
        many.MORE_LATE = many.MORE_LATE_IN_SHORT
    unknown = set(options.only) - set(faults.ALL)
    if unknown:
        print(f"There is no fault {', '.join(sorted(unknown))}; there are: {', '.join(faults.ALL)}.")
        return 2
    ground.start_servers()
    began = time.monotonic()
    faults.set_the_stage(ground)
    print(f"A ward with much to do: {time.monotonic() - began:.1f} s. Seed {options.seed}.", flush=True)
    chosen = options.only or (faults.SHORT if options.short else list(faults.ALL))
    failed = 0
    for name in chosen:
        fault = faults.ALL[name]
        times = options.times or (1 if options.short else fault.times)
        began = time.monotonic()
        try:
            said = fault.act(ground, times=times, rng=Random(f"{options.seed} {name}"))
            mark = "✓"
        except Failed as problem:
            said, mark, failed = str(problem), "✗", failed + 1
        print(f"{mark} {name}: {fault.sentence} {said} ({time.monotonic() - began:.1f} s)", flush=True)
        ground.stand_up()
    print(f"{len(chosen) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
