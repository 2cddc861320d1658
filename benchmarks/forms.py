"""Printed forms, beside a bare Typst that sets the same words without any layout."""

import io
import json
from collections.abc import Iterator

import typst
from pypdf import PdfReader

from benchmarks.measure import Result, in_turn
from cases.letters import apology_payload
from cases.models import Dossier
from cases.printouts import receipt_payload
from notifications.enums import LetterKind
from notifications.pdf import letter_pdf, receipt_pdf

ROUNDS = 60
GOAL = 10.0  # ms, warm
BARE = b'#set text(lang: "vi")\n#json(bytes(sys.inputs.data)).text\n'


def forms(dossier: Dossier) -> Iterator[Result]:
    """The two forms that people wait for: the receipt at the counter and the letter of apology."""
    receipt, apology = receipt_payload(dossier), apology_payload(dossier)
    yield _line("form 01 (receipt) as PDF", lambda: receipt_pdf(receipt))
    yield _line("form 04 (apology) as PDF", lambda: letter_pdf(LetterKind.APOLOGY, apology))


def _line(name: str, ours) -> Result:
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(ours())).pages)
    assert len(text) > 500, name
    fonts = typst.Fonts(include_system_fonts=False)
    inputs = {"data": json.dumps({"text": text})}

    def bare() -> bytes:
        return typst.compile(BARE, font_paths=fonts, ignore_system_fonts=True, sys_inputs=inputs)

    took = [seconds * 1000 for seconds in in_turn([ours, bare], rounds=ROUNDS)]
    return Result(name, *took, "ms", GOAL)
