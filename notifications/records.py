"""What a sheet of data says that another database answered; Vietnamese by law."""

from dataclasses import dataclass
from datetime import datetime

from notifications.vietnamese import TZ


@dataclass(frozen=True, slots=True)
class RecordSheetPayload:
    """`facts` are labels and values; `request` is the number of the search under which both sides recorded it."""

    source: str
    title: str
    facts: tuple[tuple[str, str], ...]
    result_code: str
    request: str
    agency: str
    officer: str
    dossier_code: str
    at: datetime


def record_sheet_texts(payload: RecordSheetPayload) -> dict:
    return {
        "form": {"paper": "a4"},  # as the parts that all forms share ask for it
        "source": payload.source,
        "title": payload.title,
        "facts": [list(fact) for fact in payload.facts],
        "result_code": payload.result_code,
        "request": payload.request,
        "agency": payload.agency,
        "officer": payload.officer,
        "dossier_code": payload.dossier_code,
        "at": f"{payload.at.astimezone(TZ):%d/%m/%Y %H:%M}",
    }
