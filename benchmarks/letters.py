"""Line 3: a thousand letters of apology as PDF, beside a bare Typst that sets the same words without any layout.

A letter stands in three faces (Decree 30/2020), each of which goes into the file: beside the Typst with one face there
is one with those three.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import replace

import typst
from pypdf import PdfReader

from benchmarks.measure import Goal, Result, compared, rounds_of
from cases.letters import apology_payload
from cases.models import Dossier
from cases.printouts import receipt_payload
from notifications.enums import LetterKind
from notifications.pdf import letter_pdf, receipt_pdf

LETTERS, ROUNDS = 1_000, 5
NAMES = ("Nguyễn Thị Hoa", "Trần Văn Đức", "Lê Hoàng Yến", "Phạm Ngọc Ánh", "Hồ Sỹ Quý")
BARE = b'#set text(lang: "vi")\n#json(bytes(sys.inputs.data)).text\n'
IN_FACES = b"""#set text(lang: "vi")
#let lines = json(bytes(sys.inputs.data)).text.split("\\n")
#strong(lines.slice(0, 8).join("\\n"))
#emph(lines.slice(8, 12).join("\\n"))
#lines.slice(12).join("\\n")
"""


def letters(dossier: Dossier) -> Iterator[Result]:
    """Each to somebody else about another dossier, so that nothing is set once for all."""
    apology = apology_payload(dossier)
    payloads = [
        replace(
            apology,
            dossier_code=f"{dossier.code[:-4]}{number:04}",
            addressee=NAMES[number % len(NAMES)],
            applicant_name=NAMES[number % len(NAMES)],
            id_number=f"0400990{number:05}",
        )
        for number in range(LETTERS // ROUNDS)
    ]
    texts = [_text(letter_pdf(LetterKind.APOLOGY, payload)) for payload in payloads]

    def ours() -> None:
        for payload in payloads:
            letter_pdf(LetterKind.APOLOGY, payload)

    def bare() -> None:
        for text in texts:
            _bare(text)

    def in_faces() -> None:
        for text in texts:
            _bare(text, IN_FACES)

    letter, one, three = rounds_of([ours, bare, in_faces], rounds=ROUNDS, warm_up=False)
    scale = 1000 / len(payloads)
    name = f"{LETTERS:,} letters of apology: a bare Typst, each"
    yield compared(name, letter, one, "ms", Goal(1.3, of_ratio=True), scale=scale)
    yield compared("the same, its three faces: a bare Typst", letter, three, "ms", None, scale=scale)

    receipt = receipt_payload(dossier)
    text = _text(receipt_pdf(receipt))
    took = rounds_of([lambda: receipt_pdf(receipt), lambda: _bare(text)], rounds=60)
    yield compared("receipt (form 01): a bare Typst", *took, "ms", Goal(10.0), scale=1000)


FONTS = typst.Fonts(include_system_fonts=False)


def _bare(text: str, source: bytes = BARE) -> bytes:
    inputs = {"data": json.dumps({"text": text})}
    return typst.compile(source, font_paths=FONTS, ignore_system_fonts=True, sys_inputs=inputs)


def _text(pdf: bytes) -> str:
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert len(text) > 500
    return text
