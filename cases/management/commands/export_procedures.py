"""`manage.py export_procedures`: our catalogue as JSON, in the form of the national database of procedures."""

from pathlib import Path

from django.utils.translation import gettext as _

from cases.management.plain import PlainCommand
from cases.services import procedure_database


class Command(PlainCommand):
    help = "Write our published procedures as JSON, in the form in which publication decisions come in."

    def add_arguments(self, parser):
        parser.add_argument("--file", type=Path, help="where to; else to the standard output")
        parser.add_argument("--only", nargs="+", metavar="CODE", help="only these procedures")

    def handle(self, *, file, only, **options):
        content = procedure_database.export_catalogue(only)
        if file is None:
            self.stdout.write(content)
            return
        try:
            file.write_text(content, encoding="utf-8")
        except OSError as error:
            self.refuse(_("%(file)s cannot be written: %(error)s") % {"file": file, "error": error.strerror})
        self.stdout.write(str(file))
