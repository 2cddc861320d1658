"""Each form in both sets as plain text, as it was approved by looking at the pages.

After a change that is meant, write the texts anew, look at the pages and at the difference, and commit:

    python manage.py shell -c "from tests.notifications.golden import write; write()"
"""

from datetime import date
from pathlib import Path

from cases.letters import form_on
from notifications.pdf import control_slip_pdf, letter_pdf, log_book_pdf, receipt_pdf
from tests.notifications import builders
from tests.notifications.builders import NEW_DUE, NOW, REASON, text_of

FOLDER = Path(__file__).parent / "golden_texts"
SETS = {"01-2018": date(2025, 9, 14), "03-2025": date(2025, 9, 15)}


def _letter(kind: str, payload) -> bytes:
    return letter_pdf(kind, payload, number=12, signed_at=NOW)


FORMS = {
    "receipt": lambda form: receipt_pdf(
        builders.receipt(form=form, book_number="01/2026", book_sequence="17")
    ),
    "supplement": lambda form: _letter("supplement", builders.supplement(form=form)),
    "refusal": lambda form: _letter("refusal", builders.refusal(form=form)),
    "apology": lambda form: _letter(
        "apology", builders.apology(form=form, reason=REASON, new_due_at=NEW_DUE)
    ),
    "stop": lambda form: _letter("stop", builders.stop(form=form)),
    "control_slip": lambda form: control_slip_pdf(builders.control_slip(form=form)),
    "log_book": lambda form: log_book_pdf(builders.log_book(form=form)),
}


def printed(form: str, name_of_set: str) -> str:
    """The text of that form in that set, about the invented dossier of the builders."""
    return text_of(FORMS[form](form_on(form, SETS[name_of_set])))


def write() -> None:
    for form in FORMS:
        for name_of_set in SETS:
            (FOLDER / f"{form}-{name_of_set}.txt").write_text(printed(form, name_of_set) + "\n")
