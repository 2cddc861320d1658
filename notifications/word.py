"""Word copies of letters, from templates that an office may replace by its own.

A template is a .docx named after the kind of letter, with the texts of `texts.py` in double braces, such as
`{{ signer_name }}`; docs/word-templates.md lists them. The copy is for editing and is never the letter:
that is the PDF with number and hash.
"""

import io
from datetime import datetime
from pathlib import Path
from zipfile import BadZipFile

from django.conf import settings
from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from notifications.enums import LetterKind
from notifications.errors import WordTemplateBroken
from notifications.payloads import LetterPayload
from notifications.texts import letter_texts
from notifications.vietnamese import drawable
from onestop.encryption import refuse_unreadable

TEMPLATES = Path(__file__).resolve().parent / "word_templates"


def letter_docx(
    kind: str, payload: LetterPayload, *, number: int | None = None, signed_at: datetime | None = None
) -> bytes:
    """The letter as a Word file; without `number` and `signed_at` with dots in their place.

    Raises `WordTemplateBroken` when the office's own template cannot be read or asks for what is not there, and
    `CannotDecrypt` as `notifications.pdf.render`.
    """
    path = template_of(kind)
    texts = letter_texts(kind, payload, number=number, signed_at=signed_at)
    refuse_unreadable(texts)
    # Whoever edits a letter is no programmer of this system: a template reaches its texts and nothing else.
    sandbox = SandboxedEnvironment(undefined=StrictUndefined)
    try:
        template = DocxTemplate(path)
        template.render(
            drawable(texts),
            sandbox,
            autoescape=True,
        )
        file = io.BytesIO()
        template.save(file)
    except (TemplateError, OpcError, BadZipFile, KeyError, ValueError, OSError) as error:
        raise WordTemplateBroken(path.name, detail=str(error)) from error
    return file.getvalue()


def template_of(kind: str) -> Path:
    """The office's own template of this kind of letter, else the built-in one."""
    name = f"{LetterKind(kind)}.docx"
    if settings.WORD_TEMPLATES_DIR:
        own = Path(settings.WORD_TEMPLATES_DIR) / name
        if own.exists():
            return own
    return TEMPLATES / name
