"""`manage.py print_forms`: all forms of one dossier as files in a folder."""

from pathlib import Path

from django.utils.translation import gettext as _

from cases.management.plain import PlainCommand
from cases.models import Dossier
from cases.queries import tidy_code
from cases.services.printing import print_forms
from notifications.errors import NotificationError


class Command(PlainCommand):
    help = (
        "Writes the seven forms of a dossier into a folder: PDF, and the letters as Word files too. The"
        " receipt shows the owner's look-up secret: keep the folder accordingly."
    )

    def add_arguments(self, parser):
        parser.add_argument("code", help="dossier code, such as H41.12-261120-0001")
        parser.add_argument("--out", required=True, help="the folder; it is made when it is not there")

    def handle(self, *, code: str, out: str, **options):
        dossier = Dossier.objects.with_people().select_related("limit").filter(code=tidy_code(code)).first()
        if dossier is None:
            self.refuse(
                _("There is no dossier “%(code)s”. Give the code on the receipt, such as H41.12-261120-0001.")
                % {"code": code}
            )
        folder = Path(out)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for file in print_forms(dossier):
                (folder / file.name).write_bytes(file.content)
                self.stdout.write(f"{file.name}: {file.what}")
        except OSError as error:
            self.refuse(
                _("Cannot write into %(folder)s: %(reason)s. Choose a folder that you may write into.")
                % {"folder": folder, "reason": error.strerror or error}
            )
        except NotificationError as error:
            self.refuse(error.sentence)
