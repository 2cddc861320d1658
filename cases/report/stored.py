"""Tables of the report as JSON and back, with nothing lost; pure.

What JSON has itself stands for itself; everything else is an object with one key that names its kind. Titles
that wait for a language are written in that of the moment.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal

from django.utils.functional import Promise

from cases.report.tables import Column, Figure, Part, Table, Value

_READ = {"decimal": Decimal, "day": date.fromisoformat, "moment": datetime.fromisoformat}


def written(value: Value | Figure):
    """Raises TypeError for what a table does not hold."""
    match value:
        case None | bool() | int():
            return value
        case str() | Promise():
            return str(value)
        case Decimal():
            return {"decimal": str(value)}
        case datetime():
            return {"moment": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case Figure():
            return {"figure": written(value.value), "behind": value.behind, "of": value.of}
    raise TypeError(f"no value of a table: {value!r}")


def read(value) -> Value | Figure:
    if not isinstance(value, dict):
        return value
    if "figure" in value:
        return Figure(read(value["figure"]), value["behind"], value["of"])
    [(kind, text)] = value.items()
    return _READ[kind](text)


def written_rows(rows: Iterable[Iterable[Value | Figure]]) -> list[list]:
    return [[written(value) for value in row] for row in rows]


def read_rows(rows: Iterable[Iterable]) -> list[list[Value | Figure]]:
    return [[read(value) for value in row] for row in rows]


def heading(table: Table) -> dict:
    """The table without its rows."""
    return {
        "title": str(table.title),
        "note": str(table.note),
        "columns": [asdict(column) | {"title": str(column.title)} for column in table.columns],
    }


def read_table(heading: dict, rows: Iterable[Iterable]) -> Table:
    columns = [Column(**column) for column in heading["columns"]]
    return Table(heading["title"], columns, read_rows(rows), heading["note"])


def figures_of(part: Part) -> dict[str, int]:
    """Each count of the part by the list behind it, see `figure_key`."""
    return {
        figure_key(value.behind, value.of): value.value
        for table in part.tables
        for row in table.rows
        for value in row
        if isinstance(value, Figure) and isinstance(value.value, int)
    }


def figure_key(behind: str, of: str) -> str:
    return f"{behind}@{of}"
