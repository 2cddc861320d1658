"""`manage.py apply_retention`: forget what names people and is kept no longer."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from cases.events import local_text
from cases.services.retention import apply_retention


class Command(BaseCommand):
    help = (
        "Forget drafts, unfinished uploads, kept answers, exports, texts of messages, records of access, ended "
        "sessions and wrong passwords that are over their time (see docs/configuration.md). Dossiers are "
        "archives and stay. The beat does so every night."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="only count what would be forgotten")

    def handle(self, *args, dry_run, **options):
        for done in apply_retention(dry_run=dry_run):
            self.stdout.write(
                _("%(what)s from before %(moment)s: %(count)s")
                % {"what": done.name, "moment": local_text(done.before), "count": done.count}
            )
        if dry_run:
            self.stdout.write(_("Nothing was deleted."))
