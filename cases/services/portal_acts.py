"""What a person does where the portal refused, or does not answer: send again, or park."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.errors import NotPermitted, NotPossibleNow
from cases.models import PortalDossier
from cases.portal.states import STANDING_STILL, PortalState
from onestop import access
from procedures.models import Staff


def of_person(person: Staff):
    """The rows of dossiers that are decided or received at the person's agencies or below them."""
    agencies = access.agencies_of(person)
    return PortalDossier.objects.filter(
        Q(dossier__competent_agency__in=agencies) | Q(dossier__receiving_desk__in=agencies)
    )


@transaction.atomic
def send_again(code: str, *, by: Staff) -> PortalDossier:
    """What was refused or parked goes into the queue again, composed anew; what waits for later goes now.

    Raises `NotPermitted`, `NotPossibleNow` when nothing waits.
    """
    row = _locked(code, by)
    if row.state == PortalState.ACCEPTED:
        raise NotPossibleNow(_("The portal has taken everything of this dossier."))
    row.state, row.attempts, row.next_attempt_at = PortalState.WAITING, 0, timezone.now()
    row.save(update_fields=["state", "attempts", "next_attempt_at"])
    return row


@transaction.atomic
def send_all_again(*, by: Staff) -> int:
    """All that was refused at the person's agencies, and what waits for its next attempt; parked stays parked."""
    _keepers_only(by)
    now = timezone.now()
    stuck = Q(state=PortalState.REFUSED) | Q(state=PortalState.WAITING, next_attempt_at__gt=now)
    return PortalDossier.objects.filter(pk__in=of_person(by).filter(stuck).values("pk")).update(
        state=PortalState.WAITING, attempts=0, next_attempt_at=now
    )


@transaction.atomic
def park(code: str, *, by: Staff) -> PortalDossier:
    """Set aside: nothing of this dossier is sent until somebody sends it again. Raises as `send_again`."""
    row = _locked(code, by)
    if row.state not in {PortalState.WAITING, *STANDING_STILL}:
        raise NotPossibleNow(_("The portal has taken everything of this dossier."))
    row.state = PortalState.PARKED
    row.save(update_fields=["state"])
    return row


def standing(code: str, *, by: Staff) -> PortalDossier:
    """The row that something of waits or stands still, and that nobody holds just now; not locked.

    Raises `NotPermitted`, `NotPossibleNow`.
    """
    row = _of(code, by)
    if row.state == PortalState.ACCEPTED:
        raise NotPossibleNow(_("The portal has taken everything of this dossier."))
    if row.claimed_until and row.claimed_until > timezone.now():
        raise NotPossibleNow(_("It is being sent right now. Look again in a minute."))
    return row


def _of(code: str, by: Staff) -> PortalDossier:
    _keepers_only(by)
    row = of_person(by).filter(code=code).first()
    if row is None:
        raise NotPermitted(_("There is no such dossier at the portal, or it is one of another agency."))
    return row


def _locked(code: str, by: Staff) -> PortalDossier:
    return PortalDossier.objects.select_for_update().get(pk=_of(code, by).pk)


def _keepers_only(by: Staff) -> None:
    if not access.keeps_connections(by):
        raise NotPermitted(_("Connections are kept by the administrators of the system."))
