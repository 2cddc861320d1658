"""One verb for many dossiers (xử lý hàng loạt): what each would do, then each in a transaction of its own.

Each dossier goes through the one door of its verb. One that is refused keeps no other one waiting.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from cases import errors
from cases.enums import Verb
from cases.models import Dossier
from cases.services.apologies import check_issue, issue_apology
from cases.services.assigning import assign, check_assign
from cases.services.base import ask
from cases.services.digitizing import check_digitize, digitize
from cases.services.idempotency import fingerprint_of, once
from cases.services.money import settle
from cases.services.processing import check_hand_over, check_start, hand_over, start
from onestop.encryption import CannotDecrypt, marking_unreadable

logger = logging.getLogger(__name__)

MOST = 200


@dataclass(frozen=True, slots=True)
class BulkVerb:
    """A verb that asks nothing that differs from dossier to dossier.

    `check` raises what the verb would be refused with, for `by` and, where somebody is chosen, `to`.
    """

    act: Callable
    check: Callable


def _check_settle(dossier: Dossier, *, by) -> None:
    ask(dossier, Verb.SETTLE, by)


BULK: dict[Verb, BulkVerb] = {
    Verb.START: BulkVerb(start, check_start),
    Verb.ASSIGN: BulkVerb(assign, check_assign),
    Verb.HAND_OVER: BulkVerb(hand_over, check_hand_over),
    Verb.DIGITIZE: BulkVerb(digitize, check_digitize),
    Verb.SETTLE: BulkVerb(settle, _check_settle),
    Verb.RESCHEDULE: BulkVerb(issue_apology, check_issue),  # with reason and date of the prepared letter
}


@dataclass(frozen=True, slots=True)
class Row:
    """One dossier and why not, empty when it is possible or done."""

    dossier: Dossier
    refusal: str = ""

    @property
    def is_possible(self) -> bool:
        return not self.refusal


def foresee(
    verb: str, dossiers: Iterable[Dossier], *, by, to=None, verbs: Mapping[str, BulkVerb] = BULK
) -> list[Row]:
    """What the verb would do with each: possible, or the sentence of its refusal. Changes nothing."""
    people = {"by": by} if to is None else {"by": by, "to": to}
    return [_row(dossier, lambda d: verbs[verb].check(d, **people)) for dossier in checked(dossiers)]


def act_on_all(
    verb: str,
    dossiers: Iterable[Dossier],
    *,
    by,
    nonce: str,
    verbs: Mapping[str, BulkVerb] = BULK,
    **answers,
) -> list[Row]:
    """Do it with each; the rows say which were refused and why, with the dossiers as they are afterwards.

    `nonce` is the number of the page: a list that is sent twice acts once on each dossier. `verbs` are those
    that this list has. A database that goes away ends it; the error says whether something was stored before.
    """
    words = {name: str(getattr(value, "pk", value)) for name, value in answers.items()}

    def act(dossier: Dossier):
        def run() -> tuple[int, dict]:
            verbs[verb].act(dossier, by=by, **answers)
            return 200, {}

        fingerprint = fingerprint_of("bulk", verb.value, str(dossier.pk), data=words)
        once(by, f"bulk:{nonce}:{dossier.pk}", fingerprint, run)

    rows: list[Row] = []
    for dossier in checked(dossiers):
        try:
            rows.append(_row(dossier, act))
        except (OperationalError, InterfaceError) as error:
            error.earlier_ones_are_stored = bool(rows)  # or people would read that nothing was changed
            raise
    with marking_unreadable("a bulk act"):
        now = Dossier.objects.with_people_apart().in_bulk([row.dossier.pk for row in rows])
    return [replace(row, dossier=now[row.dossier.pk]) for row in rows]


def checked(dossiers: Iterable[Dossier]) -> list[Dossier]:
    """At most so many at once; `Invalid` for none and for more."""
    with marking_unreadable("a bulk act"):  # the verb itself refuses what cannot be read
        found = list(dossiers)
    if not found:
        raise errors.Invalid(_("Choose at least one dossier."), code="none_chosen")
    if len(found) > MOST:
        raise errors.Invalid(
            _("%(count)s dossiers are too many at once; choose at most %(most)s.")
            % {"count": len(found), "most": MOST},
            code="too_many",
        )
    return found


def _row(dossier: Dossier, act: Callable[[Dossier], object]) -> Row:
    try:
        act(dossier)
    except errors.CaseError as error:
        return Row(dossier, str(error.sentence))
    except CannotDecrypt as error:
        logger.error("A bulk act cannot read dossier %s", dossier.pk, exc_info=error)
        return Row(dossier, _("What is stored of this person cannot be read; tell the administrator."))
    return Row(dossier)
