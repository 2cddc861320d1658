"""`manage.py import_procedures FILE`: decisions of a file become proposals; accepted only in somebody's name."""

from pathlib import Path

from django.utils.translation import gettext as _

from cases.errors import CaseError
from cases.management.plain import PlainCommand
from cases.services import procedure_database
from procedures.models import Staff


class Command(PlainCommand):
    help = "Read procedures that another installation has exported, as proposals that wait to be accepted."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--accept-as",
            metavar="ACCOUNT",
            help="accept what waits of this file, in the name of this account",
        )

    def handle(self, *, file, accept_as, **options):
        try:
            content = file.read_bytes()
            self._tell(procedure_database.take_message(content))
            if accept_as:
                self._accept(content, accept_as)
        except OSError as error:
            self.refuse(_("%(file)s cannot be read: %(error)s") % {"file": file, "error": error.strerror})
        except CaseError as error:
            self.refuse(error.sentence)

    def _tell(self, counts) -> None:
        self.stdout.write(
            _("Proposals: %(new)d new, %(broken)d cannot be read, %(known)d known already.")
            % {"new": counts["waiting"], "broken": counts["broken"], "known": counts["known"]}
        )

    def _accept(self, content: bytes, account: str) -> None:
        person = Staff.objects.filter(username=account, is_active=True).first()
        if person is None:
            self.refuse(_("There is no account “%(account)s”.") % {"account": account})
        counts, stay = procedure_database.accept_message(content, by=person)
        self.stdout.write(
            _("Accepted: %(accepted)d; not accepted: %(stays)d.")
            % {"accepted": counts["accepted"], "stays": counts["stays"]}
        )
        for sentence in stay:
            self.stdout.write(sentence)
