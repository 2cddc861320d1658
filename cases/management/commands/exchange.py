"""`manage.py exchange`: packages for installations without a line, carried as files, and their receipts back."""

import os
from pathlib import Path

from django.utils.translation import gettext as _

from cases.connections.exchange.package import BadPackage
from cases.connections.exchange.signatures import BadKey
from cases.connections.exchange.words import Sending
from cases.errors import CaseError
from cases.exchange_partners import limits
from cases.management.plain import PlainCommand
from cases.models import ExchangeMessage
from cases.services import exchange, exchange_taking
from onestop.encryption import CannotDecrypt
from onestop.outside import OutsideError


class Command(PlainCommand):
    help = (
        "Write what waits for another installation into a folder, or take over what came from one, packages and "
        "receipts. What was exported waits until its receipt is imported; exported again it is the same."
    )

    def add_arguments(self, parser):
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--export", metavar="FOLDER", type=Path, help="write packages into this folder")
        what.add_argument(
            "--import",
            metavar="FOLDER",
            type=Path,
            dest="source",
            help="take over the packages of this folder",
        )
        parser.add_argument("--partner", help="with --export: only for this installation, such as H29")
        parser.add_argument(
            "--receipts", metavar="FOLDER", type=Path, help="with --import: where receipts are written"
        )

    def handle(self, *, export, source, partner, receipts, **options):
        for folder in (export, source, receipts):
            if folder is not None and not folder.is_dir():
                self.refuse(_("There is no folder %(folder)s.") % {"folder": folder})
        if export is not None:
            self.export(export, partner)
        elif receipts is None:
            self.refuse(_("Say where receipts are to be written: --receipts FOLDER."))
        else:
            self.take_over(sorted(source.glob("*.zip")), receipts)

    def export(self, folder: Path, partner: str | None) -> None:
        rows = ExchangeMessage.objects.filter(state=Sending.WAITING).not_behind_one_that_stands_still()
        rows = rows.defer("content", "receipt").order_by("pk")
        if partner:
            rows = rows.filter(partner=partner)
        count = 0
        for row in rows.iterator(chunk_size=50):
            try:
                content, _hash = exchange.packed(row)
            except (BadKey, BadPackage, CannotDecrypt, exchange.CannotBuild) as error:
                self.stderr.write(f"{row.uuid}: {error}")
                continue
            _write(folder / exchange.file_name(row), content)
            count += 1
        self.stdout.write(_("%(count)s packages were written.") % {"count": count})

    def take_over(self, files: list[Path], receipts: Path) -> None:
        """In the order of their names; one that is not taken does not keep the others."""
        count = 0
        for file in files:
            try:
                content = _read(file)
                if exchange_taking.is_receipt(content):
                    exchange_taking.take_receipt(content)
                else:
                    _write(receipts / f"receipt-{file.name}", exchange_taking.take(content))
            except (
                BadKey,
                BadPackage,
                CannotDecrypt,
                CaseError,
                OutsideError,
                exchange.CannotBuild,
            ) as error:
                self.stderr.write(f"{file.name}: {error}")
                continue
            count += 1
        self.stdout.write(
            _("%(count)s of %(all)s files were taken over.") % {"count": count, "all": len(files)}
        )


def _write(path: Path, content: bytes) -> None:
    """For nobody else on this machine: it tells of people."""
    path.unlink(missing_ok=True)  # what is there already keeps its rights
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _read(path: Path) -> bytes:
    """Raises `BadPackage` for what is too large to be one, before it is read."""
    if path.stat().st_size > limits().size:
        raise BadPackage(_("The package is larger than what is taken here."), "too_large")
    return path.read_bytes()
