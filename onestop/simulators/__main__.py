"""All simulators on one port of this machine: `python -m onestop.simulators --port 8410`."""

import argparse

from onestop.simulators import sms
from onestop.simulators.base import Simulator, Simulators


def all_simulators() -> list[Simulator]:
    """One of each, with what it knows from the beginning."""
    return [*sms.of_this_demo()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    with Simulators(all_simulators(), port=parser.parse_args().port) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
