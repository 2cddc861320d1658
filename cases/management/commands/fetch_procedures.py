"""`manage.py fetch_procedures`: ask the national database of procedures now, as the night does."""

from django.utils.translation import gettext as _

from cases.management.plain import PlainCommand
from cases.services import procedure_database
from onestop.outside import OutsideError


class Command(PlainCommand):
    help = "Fetch publication decisions as proposals; everything again after what was read wrongly is read rightly."

    def add_arguments(self, parser):
        parser.add_argument(
            "--from-start", action="store_true", help="all decisions, not only those since the last"
        )

    def handle(self, *, from_start, **options):
        try:
            counts = procedure_database.fetch(from_start=from_start)
        except OutsideError as error:
            self.refuse(str(error))
        self.stdout.write(
            _("Proposals: %(new)d new, %(broken)d cannot be read, %(known)d known already.")
            % {"new": counts["waiting"], "broken": counts["broken"], "known": counts["known"]}
        )
