"""`manage.py archive_year 2023`: what ended in a past year leaves the live tables."""

from pathlib import Path

from django.utils.translation import gettext as _

from cases.errors import NotPossibleNow
from cases.management.plain import PlainCommand
from cases.services import archiving
from onestop.backup import BackupError, years


class Command(PlainCommand):
    help = (
        "Move what ended in this year into the archive, a schema of its own, while the office works; may be"
        " stopped at any time, and goes on when run again. --dump writes the year with its documents into DIR,"
        " --detach takes it out of database and DOCUMENT_ROOT when that dump is whole, --restore brings it back."
    )

    def add_arguments(self, parser):
        parser.add_argument("year", type=int)
        for name, says in (
            ("--dump", "write the archived year into this new folder"),
            ("--detach", "take the year away, of which this folder holds the dump"),
            ("--restore", "bring the detached year back from this folder"),
        ):
            parser.add_argument(name, metavar="DIR", type=Path, help=says)

    def handle(self, *, year: int, dump: Path | None, detach: Path | None, restore: Path | None, **options):
        try:
            if not (dump or detach or restore):
                self._archive(year)
            if dump:
                self._say(_("%(folder)s holds the year %(year)s."), year, years.dump(year, dump.resolve()))
            if detach:
                self._say(_("The year %(year)s is detached."), year, years.detach(year, detach.resolve()))
            if restore:
                self._say(_("The year %(year)s is back."), year, years.restore(year, restore.resolve()))
        except NotPossibleNow as error:
            self.refuse(error.sentence)
        except BackupError as error:
            self.refuse(error)

    def _archive(self, year: int) -> None:
        done = archiving.archive_year(year)
        self._say(_("Dossiers moved into the archive of %(year)s: %(count)s."), year, count=done)
        for why, count in archiving.still_waiting(year).items():
            self.stdout.write(_("%(count)s wait for: %(why)s.") % {"count": count, "why": why})

    def _say(self, sentence: str, year: int, folder: Path | None = None, **words) -> None:
        self.stdout.write(sentence % {"year": year, "folder": folder, **words})
