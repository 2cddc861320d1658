"""`manage.py load_catalogue`: load the seeds; safe to repeat."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from procedures.seeds.files import SeedsRefused
from procedures.services.catalogue import load_catalogue


class Command(BaseCommand):
    help = "Loads agencies, the official calendar and the catalogue of procedures from the seeds; safe to repeat."

    def add_arguments(self, parser):
        parser.add_argument(
            "--path",
            type=Path,
            default=settings.BASE_DIR / "seeds",
            help="folder with agencies.yaml, calendar.yaml, catalogue.yaml and procedures/",
        )

    def handle(self, *, path: Path, **options):
        try:
            counts = load_catalogue(path)
        except SeedsRefused as refused:
            raise CommandError(_("Nothing was loaded.") + f"\n{refused}") from refused
        self.stdout.write(
            _("Agencies: %(created)d created, %(kept)d kept as they are.")
            % {"created": counts.agencies_created, "kept": counts.agencies_kept}
        )
        self.stdout.write(
            _(
                "Calendar: %(created)d days created, %(changed)d changed, %(withdrawn)d withdrawn, %(same)d unchanged."
            )
            % {
                "created": counts.days_created,
                "changed": counts.days_changed,
                "withdrawn": counts.days_withdrawn,
                "same": counts.days_unchanged,
            }
        )
        if counts.days_kept_off:
            self.stdout.write(
                _("Left switched off, although the seeds have them on: %(days)s.")
                % {"days": ", ".join(f"{day:%d/%m/%Y}" for day in counts.days_kept_off)}
            )
        self.stdout.write(
            _(
                "Procedures: %(created)d created, %(versions)d new versions, %(drafts)d drafts replaced,"
                " %(ended)d ended, %(same)d unchanged."
            )
            % {
                "created": counts.procedures_created,
                "versions": counts.versions_created,
                "drafts": counts.drafts_replaced,
                "ended": counts.versions_ended,
                "same": counts.unchanged,
            }
        )
        if counts.ended_kept:
            self.stdout.write(
                _("Left as they are, although their records changed, because they have ended: %(codes)s.")
                % {"codes": ", ".join(counts.ended_kept)}
            )
        if counts.reasons_created:
            self.stdout.write(_("Ready reasons: %(created)d created.") % {"created": counts.reasons_created})
