"""`manage.py demo`: what `make demo` and `make demo-check` run."""

import signal
import sys

from django.core.management.base import BaseCommand
from django.utils import translation

from onestop.demo.console import Console, terminal_language
from onestop.demo.processes import FIRST_PORT
from onestop.demo.steps import Demo
from onestop.embedded.spawn import stop_with_parent


class Command(BaseCommand):
    help = "Runs web, worker and beat with demonstration data until Ctrl-C; does the main job once."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="walk over HTTP, print the summary, stop")
        parser.add_argument("--port", type=int, default=FIRST_PORT, help="or the next free one")
        parser.add_argument("--dossiers", type=int, default=400, help="how many, when there are none yet")
        parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same dossiers")
        parser.add_argument(
            "--stop-with-parent", action="store_true", help="end when the process that started this ends"
        )

    def handle(self, *, check, port, dossiers, seed, stop_with_parent: bool, **options):
        if stop_with_parent:
            self.tie()
        demo = Demo(Console(), port=port, dossiers=dossiers, seed=seed)
        with translation.override(terminal_language()):
            code = demo.run(check=check)
        sys.exit(code)

    @staticmethod
    def tie() -> None:
        """make does not pass on every signal; when it is killed, the demo must not go on unseen."""
        stop_with_parent(signal.SIGTERM)
