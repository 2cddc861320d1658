"""Why something was not done: sentences for the person who reads them.

Each error has a stable `code` for programs and a translated sentence: what happened, what to do.
"""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _


class CaseError(Exception):
    """A verb was refused; nothing was changed."""

    code = "refused"

    def __init__(self, sentence, *, code: str | None = None, field: str = ""):
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or self.code
        self.field = field

    def __str__(self) -> str:
        return str(self.sentence)


class NotPossibleNow(CaseError):
    """The dossier is in a state in which this verb makes no sense, perhaps because somebody was faster."""

    code = "not_possible_now"


class ChangedMeanwhile(CaseError):
    """Somebody did something with the dossier while the page was open; nothing typed is lost."""

    code = "changed_meanwhile"


class NotPermitted(CaseError, PermissionDenied):
    """The person may not do this with this dossier."""

    code = "not_permitted"


class Invalid(CaseError):
    """What was given cannot be accepted; `field` names it."""

    code = "invalid"


class NotInForce(Invalid):
    """No version of the procedure is in force on the day (R3)."""

    code = "not_in_force"


class ComponentMissing(Invalid):
    """Required components are missing (R7); all of them are named."""

    code = "component_missing"


class ScanMissing(Invalid):
    """Mandatory scans are missing (R14); all of them are named."""

    code = "scan_missing"


class WrongAmount(Invalid):
    """A payment that is not what is owed (R38)."""

    code = "wrong_amount"


class BadFile(Invalid):
    """A file of a wrong type, empty, broken or over the limit."""

    code = "bad_file"


class FileMissing(CaseError):
    """The database knows the file, the store does not have it."""

    code = "file_missing"

    def __init__(self):
        super().__init__(_t("The file is missing in the store. Restore it from the backup."))


class OpenDuplicate(CaseError):
    """The same applicant has an open dossier of the same procedure, and nobody said that this is known."""

    code = "duplicate_open"


class KeyReused(CaseError):
    """The same idempotency key came with another body."""

    code = "idempotency_key_reused"


def not_possible(dossier, verb) -> NotPossibleNow:
    """The sentence for a verb that does not fit the state: says who did what last."""
    last = dossier.events.order_by("-at", "-pk").first()
    sentence = _t("“%(verb)s” is not possible now: the dossier %(code)s is in the state “%(state)s”.") % {
        "verb": verb.label,
        "code": dossier.code or "",
        "state": dossier.get_state_display(),
    }
    if last:
        sentence += " " + _t("Last event: %(sentence)s (%(actor)s).") % {
            "sentence": last.sentence.rstrip("."),
            "actor": last.actor_label or _t("the system"),
        }
    return NotPossibleNow(sentence)


def not_permitted(verb) -> NotPermitted:
    return NotPermitted(
        _t("You may not do “%(verb)s” with this dossier. It needs another role or another agency.")
        % {"verb": verb.label}
    )


RESCHEDULE_SENTENCES = {
    "already_rescheduled": _(
        "This dossier was already rescheduled once; %(citation)s allows it only once. Finish it, "
        "or explain the delay to the applicant in person."
    ),
    "not_later": _("The new date must be later than the date promised so far (%(due)s)."),
    "reason_missing": _("Give the reason for the delay: the letter must state it (%(citation)s)."),
    "signature_missing": _("Only the head of the agency signs an apology (%(citation)s)."),
    "in_the_past": _("The new date must lie in the future: it is a promise."),
    "outside_hours": _("The new time lies outside the office hours; choose one at which the office is open."),
    "not_a_working_day": _("The new date is not a working day; choose one on which the office is open."),
}
