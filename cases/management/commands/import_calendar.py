"""`manage.py import_calendar FILE.ics --reference "…"`: an official calendar as a proposal, with its preview."""

from pathlib import Path

from django.utils.translation import gettext as _

from cases.errors import CaseError
from cases.management.plain import PlainCommand
from cases.services import calendar_preview, revisions
from procedures.ical import BadCalendar, read_ical
from procedures.models import Agency


class Command(PlainCommand):
    help = (
        "Reads an official calendar (iCalendar) into a proposal and prints what it would move."
        " Nothing holds before a supervisor of the calendar approves it in the back office."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="iCalendar file (.ics) with all-day events")
        parser.add_argument("--reference", required=True, help="number and date of the notice or decision")
        parser.add_argument(
            "--reason", default="", help="why the calendar changes; by default the file's name"
        )
        parser.add_argument(
            "--agency", default="", help="identifier of an agency; by default the whole country"
        )
        parser.add_argument(
            "--complete",
            action="store_true",
            help="the file has all days of its years: switch off estimates that it does not have",
        )

    def handle(self, *, file: Path, reference: str, reason: str, agency: str, complete: bool, **options):
        try:
            days = read_ical(file.read_bytes())
        except OSError as error:
            self.refuse(
                _("The file %(file)s cannot be read: %(reason)s.") % {"file": file, "reason": error.strerror}
            )
        except BadCalendar as error:
            self.refuse(error.sentence)
        unit = self._agency(agency)
        try:
            revision = revisions.propose(
                unit,
                reason=reason or _("Official calendar %(file)s") % {"file": file.name},
                legal_reference=reference,
                days=revisions.days_to_import(days, unit, complete=complete),
                by=None,
            )
        except CaseError as error:
            self.refuse(error.sentence)
        self._show(revision)

    def _agency(self, identifier: str) -> Agency | None:
        if not identifier:
            return None
        unit = Agency.objects.filter(identifier=identifier).first()
        if unit is None:
            self.refuse(_("There is no agency %(identifier)s.") % {"identifier": identifier})
        return unit

    def _show(self, revision) -> None:
        for day in revision.days.all():
            self.stdout.write(f"{day.date:%d/%m/%Y}  {day.get_change_display()}  {day.name_vi}")
        preview = calendar_preview.preview(revision)
        self.stdout.write(
            _("Of %(looked)s open dossiers %(moved)s move, and %(told)s applicants are told.")
            % {"looked": preview.looked_at, "moved": preview.moved, "told": preview.told}
        )
        for group in preview.groups:
            self.stdout.write(f"{group.old:%d/%m/%Y} → {group.new:%d/%m/%Y}  {group.count}")
        self.stdout.write(
            _("Proposal %(number)s waits for approval (Calendar changes in the back office).")
            % {"number": revision.pk}
        )
