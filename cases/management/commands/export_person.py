"""`manage.py export_person`: everything that is held on one person, as JSON."""

import getpass
import json
import os
import sys
from pathlib import Path

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from cases.archive.reading import all_years
from cases.errors import CaseError
from cases.management.plain import PlainCommand
from cases.services.personal_data import export_person


class Command(PlainCommand):
    help = (
        "Write everything that is held on one person as JSON. The ID number is asked for, or read from the "
        "first line of a file: on the command line everybody on this machine could read it."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--id-number-file", default="", help="file with the ID number; - is standard input"
        )
        parser.add_argument("--output", required=True, help="file to write, readable by its owner only")

    def handle(self, *args, id_number_file, output, **options):
        number = self.number(id_number_file)
        try:
            with all_years():
                held = export_person(number, asked_by=getpass.getuser())
        except CaseError as error:
            self.refuse(error.sentence)
        try:
            handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            self.refuse(
                _("The file %(file)s cannot be written: %(error)s") % {"file": output, "error": error}
            )
        with os.fdopen(handle, "w") as file:
            json.dump(held, file, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
        self.stdout.write(
            _("Applicants: %(people)s, dossiers: %(dossiers)s, acted for others: %(others)s.")
            % {
                "people": len(held["applicants"]),
                "dossiers": len(held["dossiers"]),
                "others": len(held["acted_for_others"]),
            }
        )

    def number(self, file: str) -> str:
        try:
            text = (sys.stdin.read() if file == "-" else Path(file).read_text()) if file else ""
        except OSError as error:
            self.refuse(_("The file %(file)s cannot be read: %(error)s") % {"file": file, "error": error})
        lines = (text if file else getpass.getpass(_("ID number: "))).split()
        if not lines:
            self.refuse(_("Enter an ID or tax number."))
        return lines[0]
