"""`manage.py backup DIR`: a new backup of database and documents."""

from pathlib import Path

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from cases.management.plain import PlainCommand
from onestop.backup import BackupError
from onestop.backup.making import make_backup


class Command(PlainCommand):
    help = (
        "Write a new backup of the database and of all documents into DIR, while the system is in use. "
        "Documents that the backup before has are hard links; each backup is complete in itself, and old ones "
        "may be deleted. Keys are not in it. Ends with 1 when documents are missing that the database names."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="DIR", type=Path, help="folder of backups; made when missing")

    def handle(self, *, folder: Path, **options):
        try:
            made = make_backup(folder.resolve())
        except BackupError as error:
            self.refuse(error)
        manifest = made.manifest
        self.stdout.write(
            _("%(folder)s: database %(size)s bytes, %(documents)s documents, %(copied)s of them new.")
            % {
                "folder": made.folder,
                "size": manifest.dump_size,
                "documents": manifest.documents,
                "copied": made.copied,
            }
        )
        self.stdout.write(
            _(
                "The keys are not in it: keep FIELD_KEYS, ID_HASH_KEY, AUDIT_KEY, LOOKUP_KEY, WEBHOOK_KEY and "
                "SECRET_KEY elsewhere. Without FIELD_KEYS no ID number can be read again."
            )
        )
        if manifest.missing:
            raise CommandError(
                _("%(count)s documents are missing in DOCUMENT_ROOT, such as %(name)s; the rest is saved.")
                % {"count": len(manifest.missing), "name": manifest.missing[0]}
            )
