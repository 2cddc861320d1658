"""`python -m onestop.embedded start|stop|status|remove`: the private servers by hand."""

import argparse
import os
import sys
from pathlib import Path

from onestop.embedded import EmbeddedError, database_url, keeper, redis_url, servers


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m onestop.embedded", description=__doc__)
    parser.add_argument("action", choices=["start", "stop", "status", "remove", "keep"])
    default = os.environ.get("ONESTOP_DATA_DIR") or servers.PROJECT_DIR / ".data"
    parser.add_argument("--data-dir", type=Path, default=Path(default), help="default: %(default)s")
    parser.add_argument("--services", default=",".join(servers.BOTH), help="default: %(default)s")
    parser.add_argument("--unsafe", action="store_true", help="fast, and lost with the power; for tests")
    parser.add_argument("--stay", action="store_true", help="keep: go on without users")
    options = parser.parse_args()
    options.data_dir = options.data_dir.resolve()
    options.services = tuple(name for name in options.services.split(",") if name)
    if unknown := set(options.services) - set(servers.BOTH):
        parser.error(f"unknown service {', '.join(sorted(unknown))}; choose from {', '.join(servers.BOTH)}")
    try:
        return ACTIONS[options.action](options)
    except EmbeddedError as error:
        print(f"onestop: {error}", file=sys.stderr)
        return 1


def start(options: argparse.Namespace) -> int:
    started = servers.start(options.data_dir, services=options.services, unsafe=options.unsafe)
    print("Started; they stay until `stop`." if started else "They were running; they stay until `stop`.")
    return status(options)


def stop(options: argparse.Namespace) -> int:
    print("Stopped." if servers.stop(options.data_dir) else "They were not running.")
    return 0


def status(options: argparse.Namespace) -> int:
    addresses = {keeper.POSTGRESQL: database_url(options.data_dir), keeper.REDIS: redis_url(options.data_dir)}
    for name in options.services:
        runs = servers.is_running(options.data_dir, services=(name,))
        print(f"{servers.NAMES[name]:10} {'runs' if runs else 'does not run':12} {addresses[name]}")
    return 0 if servers.is_running(options.data_dir, services=options.services) else 3


def remove(options: argparse.Namespace) -> int:
    """Stop the servers and delete their data, also what lies outside the data folder."""
    for folder in servers.remove(options.data_dir):
        print(f"Removed {folder}")
    return 0


def keep(options: argparse.Namespace) -> int:
    """The keeper itself; `start` and the first user run it."""
    return keeper.keep(options.data_dir, services=options.services, unsafe=options.unsafe, stay=options.stay)


ACTIONS = {"start": start, "stop": stop, "status": status, "remove": remove, "keep": keep}

if __name__ == "__main__":
    sys.exit(main())
