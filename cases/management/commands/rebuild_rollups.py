"""`manage.py rebuild_rollups`: count past days and months anew from the facts (R51)."""

from datetime import date

from django.utils.translation import gettext as _

from cases.errors import NotPossibleNow
from cases.management.plain import PlainCommand
from cases.services.one_by_one import AgenciesIncomplete
from cases.services.rollups import rebuild_rollups
from procedures.models import Agency


class Command(PlainCommand):
    help = "Counts the figures of past days and months anew from the facts; everything unless said otherwise."

    def add_arguments(self, parser):
        parser.add_argument("--agency", help="identifier such as H41.12, with everything below it")
        parser.add_argument("--from", dest="first", help="the first day, such as 2026-08-01")
        parser.add_argument("--to", dest="last", help="the last day; months are always counted as a whole")

    def handle(self, *, agency: str | None, first: str | None, last: str | None, **options):
        days = [self._day(text, name) for name, text in (("--from", first), ("--to", last))]
        if None not in days and days[1] < days[0]:
            self.refuse(_("The last day is before the first one."))
        try:
            counted = rebuild_rollups(self._agencies(agency), *days)
        except NotPossibleNow as error:
            self.refuse(error.sentence)
        except AgenciesIncomplete as error:
            self.refuse(str(error))
        self.stdout.write(_("Days counted anew: %(days)d.") % {"days": counted})

    def _agencies(self, identifier: str | None):
        if identifier is None:
            return None
        agency = Agency.objects.filter(identifier=identifier).first()
        if agency is None:
            self.refuse(
                _("There is no agency with the identifier “%(text)s” (--agency).") % {"text": identifier}
            )
        return Agency.objects.below(agency)

    def _day(self, text: str | None, name: str) -> date | None:
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.refuse(
                _("“%(text)s” is no day; write it like 2026-08-01 (%(name)s).") % {"text": text, "name": name}
            )
