"""`manage.py month_tables`: the tables for the ministry level of an agency and period, as files."""

import csv
import json
from pathlib import Path

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from cases.excel import write_book
from cases.limits import CannotCount
from cases.management.plain import PlainCommand
from cases.report import ministry
from cases.report.tables import Table, bare
from cases.services.reports import scope_of
from procedures.models import Agency

FORMATS = ("xlsx", "csv", "json")


class Command(PlainCommand):
    help = (
        "Write what came, was settled and is open in a period, by field and by agency, into a folder: one Excel "
        "file, one CSV file for each table (UTF-8 with its mark, as Excel wants it) and one JSON file."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--agency", required=True, help="identifier such as H40; with everything below it"
        )
        parser.add_argument("--period", required=True, help="such as 2026-08; also 2026-Q3 or 2026")
        parser.add_argument("--folder", required=True, type=Path, help="made when it is missing")
        parser.add_argument(
            "--format", choices=FORMATS, action="append", help="only this one; may be repeated"
        )
        parser.add_argument(
            "--language", choices=[code for code, _name in settings.LANGUAGES], default=settings.LANGUAGE_CODE
        )

    def handle(self, *, agency, period, folder: Path, language, **options):
        with translation.override(language):
            chosen = Agency.objects.filter(identifier=agency).first()
            if chosen is None:
                self.refuse(_("There is no agency %(identifier)s.") % {"identifier": agency})
            try:
                scope = scope_of(chosen, period)
            except CannotCount as error:
                self.refuse(error)
            part = ministry.part(scope)
            try:
                folder.mkdir(parents=True, exist_ok=True)
                for path in self._written(part, folder / f"{agency}-{period}", options["format"] or FORMATS):
                    self.stdout.write(str(path))
            except OSError as error:
                self.refuse(
                    _("Nothing can be written to %(folder)s (%(error)s).")
                    % {"folder": folder, "error": error}
                )

    def _written(self, part, base: Path, formats):
        rows = [[[bare(value) for value in row] for row in table.rows] for table in part.tables]
        if "xlsx" in formats:
            path = base.with_name(f"{base.name}.xlsx")
            sheets = [
                (table.title, [_sheet(table, of_it)]) for table, of_it in zip(part.tables, rows, strict=True)
            ]
            write_book(path, sheets)
            yield path
        if "csv" in formats:
            for name, table, of_it in zip(("by-field", "by-agency"), part.tables, rows, strict=True):
                path = base.with_name(f"{base.name}-{name}.csv")
                with path.open("w", encoding="utf-8-sig", newline="") as file:
                    csv.writer(file).writerows([[str(one.title) for one in table.columns], *of_it])
                yield path
        if "json" in formats:
            path = base.with_name(f"{base.name}.json")
            content = {
                name: [dict(zip(KEYS, row, strict=True)) for row in of_it]
                for name, of_it in zip(("by_field", "by_agency"), rows, strict=True)
            }
            path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
            yield path


KEYS = (
    "name",
    *(
        key.replace("-", "_")
        for all_of_them, names in (
            ("came", ministry.CAME),
            ("settled", ministry.SETTLED),
            ("in-process", ministry.RUNNING),
        )
        for key in (all_of_them, *names)
    ),
)


def _sheet(table: Table, rows: list[list]) -> tuple:
    widths = [column.width * 9 for column in table.columns]
    return (str(table.title), str(table.note), [str(column.title) for column in table.columns], rows, widths)
