"""What the last page of an electronic result says; Vietnamese by law."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ResultSheetPayload:
    """`proof` is the beginning of the hash of the recorded file; `address_of_this` leads to this very result."""

    code: str
    proof: str
    agency: str
    procedure: str
    kind: str
    address: str
    address_of_this: str
    at: datetime


def result_sheet_texts(payload: ResultSheetPayload) -> dict:
    return {
        "form": {"paper": "a4"},  # as the parts that all forms share ask for it
        "code": payload.code,
        "proof": payload.proof,
        "agency": payload.agency,
        "procedure": payload.procedure,
        "kind": payload.kind,
        "address": payload.address,
    }
