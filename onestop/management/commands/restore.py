"""`manage.py restore DIR`: bring a backup back, or only check it."""

from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from cases.events import local_text
from cases.management.plain import PlainCommand
from onestop.backup import BackupError
from onestop.backup.restoring import check_backup, chosen, restore_backup


class Command(PlainCommand):
    help = (
        "Bring back the backup DIR, or the newest one in the folder DIR, into the empty database and "
        "DOCUMENT_ROOT of the settings. Every hash is checked before anything is changed."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="DIR", type=Path, help="a backup, or a folder of backups")
        parser.add_argument("--verify", action="store_true", help="only check it; nothing is changed")
        parser.add_argument(
            "--overwrite",
            metavar="DATABASE",
            default="",
            help="replace what is in the database of this name, which must be that of the settings",
        )

    def handle(self, *, folder: Path, verify: bool, overwrite: str, **options):
        backup = chosen(folder.resolve())
        try:
            if verify:
                self.say(_("%(folder)s is whole"), backup, check_backup(backup))
                return
            restored = restore_backup(backup, overwrite=overwrite)
        except BackupError as error:
            self.refuse(error)
        self.say(_("%(folder)s is restored"), backup, restored.manifest)
        for sentence in restored.warnings:
            self.stderr.write(sentence)
        self.stdout.write(
            _("Now run “manage.py migrate”, “manage.py verify_audit”, and start web, workers and beat.")
        )

    def say(self, sentence: str, backup: Path, manifest) -> None:
        facts = _("made %(made_at)s, PostgreSQL %(server)s, %(documents)s documents.") % {
            "made_at": local_text(datetime.fromisoformat(manifest.made_at)),
            "server": manifest.server,
            "documents": manifest.documents,
        }
        self.stdout.write(f"{sentence % {'folder': backup}}: {facts}")
