"""A base for commands that people and scripts run: what is wrong is one line on standard error."""

import sys
from typing import NoReturn

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError
from django.utils.translation import gettext as _
from psycopg.errors import UndefinedTable


class PlainCommand(BaseCommand):
    """Refuses with one line, without usage and class names, and with exit code 2.

    Called from Python (`call_command`) it raises CommandError like every command.
    """

    requires_system_checks = ()

    def create_parser(self, prog_name, subcommand, **kwargs):
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.error = self.refuse
        return parser

    def refuse(self, sentence: str) -> NoReturn:
        raise CommandError(" ".join(str(sentence).split()), returncode=2)

    def run_from_argv(self, argv):
        """Also catches what the parser refuses, which Django prints with the whole usage."""
        try:
            super().run_from_argv(argv)
        except CommandError as refused:
            self.stderr.write(str(refused))
            sys.exit(refused.returncode)

    def execute(self, *args, **options):
        try:
            return self._execute(*args, **options)
        except CommandError as refused:
            if not self._called_from_command_line or options.get("traceback"):
                raise
            self.stderr.write(str(refused))
            sys.exit(refused.returncode)

    def _execute(self, *args, **options):
        try:
            return super().execute(*args, **options)
        except ProgrammingError as error:
            if not isinstance(error.__cause__, UndefinedTable):
                raise
            self.refuse(_("The database has no tables yet; run “manage.py migrate” first."))
