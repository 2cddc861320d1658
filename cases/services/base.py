"""What every service begins with: the locked dossier, and the two questions."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, rules
from cases.enums import Verb
from cases.models import Dossier, Replaced, ReplacedMoment


def locked(dossier: Dossier) -> Dossier:
    """The dossier as it is now, locked until the transaction ends: of two people acting, one waits."""
    return (
        Dossier.objects.select_for_update(of=("self",))
        .select_related("version__procedure", "limit", "applicant", "receiving_desk", "competent_agency")
        .get(pk=dossier.pk)
    )


def ask(dossier: Dossier, verb: Verb, by) -> None:
    """Possible now? then, permitted? Raises `NotPossibleNow` or `NotPermitted`, in this order."""
    if not rules.is_possible(verb, dossier):
        raise errors.not_possible(dossier, verb)
    if not rules.may(by, verb, dossier):
        raise errors.not_permitted(verb)


def note_replaced(dossier: Dossier, *, at: datetime, **was: datetime | None) -> None:
    """What moments of it (names of `Replaced`) were until now, for who asks how it stood before (`cases.as_of`)."""
    ReplacedMoment.objects.bulk_create(
        ReplacedMoment(dossier=dossier, name=Replaced(name), was=moment, at=at)
        for name, moment in was.items()
        if moment is not None  # at the desk somebody stood and waited, then as now
    )


def required_text(text: str, *, field: str, sentence) -> str:
    """Text with something in it, or `Invalid` with that sentence."""
    text = (text or "").strip()
    if not text:
        raise errors.Invalid(sentence, code="required", field=field)
    return text


def fitting_text(text: str, *, field: str, column: str = "", model=Dossier) -> str:
    """The text as the dossier (or another row) can keep it whole; `Invalid` instead of cutting off what is too long."""
    text = (text or "").strip()
    longest = model._meta.get_field(column or field).max_length
    if len(text) > longest:
        raise errors.Invalid(
            _("This text has %(length)s characters; at most %(longest)s are possible.")
            % {"length": len(text), "longest": longest},
            code="too_long",
            field=field,
        )
    return text


def fitting_texts(**texts: str) -> dict[str, str]:
    """Texts of the dossier's own fields, each as in `fitting_text`."""
    return {field: fitting_text(text, field=field) for field, text in texts.items()}


def required_items(items: list[str], *, sentence, field: str = "items") -> list[str]:
    """A list with at least one item that says something (R7)."""
    items = [item.strip() for item in items if item and item.strip()]
    if not items:
        raise errors.Invalid(sentence, code="required", field=field)
    return items


def known_choice(value: str, choices, *, field: str) -> str:
    """One of the choices, or `Invalid` that lists them."""
    if value not in choices.values:
        raise errors.Invalid(
            _("“%(value)s” is not one of: %(choices)s.")
            % {"value": value, "choices": ", ".join(choices.values)},
            field=field,
        )
    return value


def past_moment(moment: datetime | None, *, field: str) -> datetime:
    """That moment, or now; a moment in the future is refused."""
    now = timezone.now()
    if moment is None:
        return now
    if moment > now:
        raise errors.Invalid(
            _("The time %(moment)s lies in the future. Enter when it really happened.")
            % {"moment": f"{timezone.localtime(moment):%d/%m/%Y %H:%M}"},
            code="future_time",
            field=field,
        )
    return moment
