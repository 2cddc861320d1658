"""Ready reasons of the seeds."""

from pathlib import Path

from procedures.enums import ReasonUse
from procedures.models import ReadyReason
from procedures.seeds.files import (
    Key,
    Place,
    check_model,
    one_of,
    read_row,
    read_rows,
    read_yaml,
    text,
    texts,
)

FILE = "ready_reasons.yaml"
REASON = {
    "use": Key("use", one_of(ReasonUse), required=True),
    "text": Key("text", text, required=True),
    "items": Key("items", texts),
}


def read_reasons(path: Path, problems: list[str]) -> list[dict]:
    """Columns of each reason, in the order of the file; none without the file."""
    if not (path / FILE).exists():
        return []
    place = Place(problems, FILE)
    content = read_row(read_yaml(path / FILE, place), {"reasons": Key("reasons", required=True)}, place)
    rows = read_rows(content.get("reasons"), REASON, place, "reasons")
    for number, row in enumerate(rows, start=1):
        check_model(ReadyReason, row, place.within(part=f"reasons {number}"))
    return rows
