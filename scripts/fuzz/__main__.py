"""Asks a server of its own for as long as you like whether it keeps to `docs/openapi.yaml`.

    make fuzz                                     # some minutes; the same as always
    make fuzz ARGS="--seconds 3600 --seed 7"      # an hour of something else; --seed repeats it

Starts a private PostgreSQL and Redis and a web server with demonstration data in a temporary folder, and removes
them at the end. First everybody who may is played, then nobody. Prints each finding with a command to ask again,
and how often each operation was answered with what. Exits 1 when something was found.
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

UNLIMITED = "1000000/min"  # who asks this much would only meet the throttles
THROTTLES = ["LOOKUP", "LOOKUP_CODE", "STAFF", "CATALOGUE", "FILING", "KIOSK", "FEEDBACK", "FAILED_SIGN_IN"]
READY_SECONDS = 60
PHASES = "examples,coverage,fuzzing,stateful"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("--examples", type=int, default=30, help="of each operation and phase (default 30)")
    parser.add_argument(
        "--seconds", type=int, help="how long each of the two runs takes; default: until it is through"
    )
    parser.add_argument(
        "--seed", type=int, help="draw by this number; default: draw nothing, always the same"
    )
    parser.add_argument("--phases", default=PHASES, help=f"out of {PHASES}")
    parser.add_argument("--dossiers", type=int, default=400, help="of the demonstration data (default 400)")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="onestop-fuzz-"))
    try:
        return run(folder, options)
    except KeyboardInterrupt:
        return 130
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(folder: Path, options) -> int:
    """The servers, both runs and the end of the servers; returns the exit code."""
    _settings(folder)
    from onestop.demo.processes import Children
    from onestop.embedded import servers

    servers.ensure(folder)
    children = Children(folder, Path.cwd())
    try:
        url, log = _server(children, options.dossiers)
        return _runs(url, log, folder, options)
    finally:
        children.stop()
        servers.leave(folder, patience=5)


def _settings(folder: Path) -> None:
    """Before Django reads them. Nothing of the environment counts: this must never reach real data."""
    for name in ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "DOCUMENT_ROOT", "STATIC_ROOT"):
        os.environ.pop(name, None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "onestop.settings",
        "ONESTOP_DATA_DIR": str(folder),
        "DEBUG": "0",
        "LOG_LEVEL": "ERROR",
        **{f"THROTTLE_{name}": UNLIMITED for name in THROTTLES},
    }


def _server(children, dossiers: int) -> tuple[str, Path]:
    """A web server with demonstration data; its address and its log."""
    import django
    from django.core.management import call_command

    django.setup()
    from django.conf import settings

    from onestop.demo.processes import free_port

    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("load_catalogue", verbosity=0, stdout=sys.stderr)
    call_command("seed_demo", dossiers=dossiers, stdout=sys.stderr)
    port = free_port()
    address = ["--host", "127.0.0.1", "--port", str(port), "--blocking-threads", "4"]
    log = children.start("web", "granian", "--interface", "wsgi", *address, "onestop.wsgi:application")
    url = f"http://127.0.0.1:{port}"
    _wait(url, children)
    return url, log


def _wait(url: str, children) -> None:
    import time

    import httpx

    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        children.watch()
        try:
            if httpx.get(f"{url}/healthz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise SystemExit(f"The server at {url} did not answer within {READY_SECONDS} seconds.")


def _runs(url: str, log: Path, folder: Path, options) -> int:
    from scripts.fuzz import run as fuzz

    wanted = {
        "examples": options.examples,
        "seconds": options.seconds,
        "seed": options.seed,
        "phases": options.phases,
    }
    failed = False
    for who, agency in (("who may", fuzz.busiest_agency()), ("nobody", None)):
        print(f"\n=== As {who} ===", flush=True)
        ground = fuzz.write_ground(agency, folder / who.replace(" ", "-"))
        failed |= fuzz.run(url, ground, **wanted).returncode != 0
        for name, statuses in sorted(fuzz.answers(ground.parent).items()):
            print(f"{name}: {', '.join(f'{status} {n}×' for status, n in sorted(statuses.items()))}")
    if failed:
        print(f"\nSomething was found. The end of the server's log:\n{log.read_text()[-5000:]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
