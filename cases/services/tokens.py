"""Access tokens: made for an account, shown once, revoked, noted when used."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import rules
from cases.errors import Invalid, NotPermitted
from cases.models import AccessToken
from cases.scopes import Scope
from cases.services.base import fitting_text, required_text
from procedures.models import Agency, Staff

USE_NOTED_EVERY = timedelta(minutes=5)  # not a write for every request


@transaction.atomic
def make_token(
    account: Staff,
    *,
    by: Staff | None,
    name: str,
    scopes: list[str],
    agency: Agency | None = None,
    days: int | None = None,
) -> tuple[AccessToken, str]:
    """A new token and its text, which is shown now and never again: only its hash is stored.

    For oneself or for a connected system (see `rules.may_make_token`); `by` None is whoever has the
    server's command line. `agency` lies at or below the account's own. Valid for `days`, else for
    `TOKEN_DAYS`. Raises `NotPermitted`, `Invalid`.
    """
    if by is not None and not rules.may_make_token(by, account):
        raise NotPermitted(
            _("You make access tokens for yourself, or for the connected systems that you administer.")
        )
    name = required_text(name, field="name", sentence=_("Give the token a name: what uses it, and where."))
    name = fitting_text(name, field="name", model=AccessToken)
    token, text = AccessToken.objects.create(
        user=account,
        expiry=timedelta(days=_days(days)),
        name=name,
        scopes=_scopes(scopes),
        agency=_agency(account, agency),
        created_by=by,
    )
    return token, text


def revoke_token(token: AccessToken, *, by: Staff) -> None:
    """Nobody gets in with it any more; a second time changes nothing. Raises `NotPermitted`."""
    if not rules.may_revoke_token(by, token.user):
        raise NotPermitted(_("You may revoke your own tokens and those of the accounts that you administer."))
    AccessToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())


def note_use(token: AccessToken) -> None:
    """When it was last used, to some minutes."""
    now = timezone.now()
    unnoted = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    if token.last_used_at is None or token.last_used_at <= now - USE_NOTED_EVERY:
        AccessToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)


def forget_old_tokens(now: datetime | None = None) -> int:
    """Delete what opened nothing for a year: who had access is told that long; returns how many."""
    before = (now or timezone.now()) - timedelta(days=366)
    return AccessToken.objects.filter(Q(expiry__lt=before) | Q(revoked_at__lt=before)).delete()[0]


def _days(days: int | None) -> int:
    days = settings.TOKEN_DAYS if days is None else days
    if not 1 <= days <= settings.TOKEN_MAX_DAYS:
        raise Invalid(
            _("A token is valid for 1 to %(most)s days.") % {"most": settings.TOKEN_MAX_DAYS}, field="days"
        )
    return days


def _scopes(scopes: list[str]) -> list[str]:
    unknown = sorted(set(scopes) - set(Scope.values))
    if unknown or not scopes:
        raise Invalid(
            _("Say what the token may be used for, out of: %(scopes)s.")
            % {"scopes": ", ".join(Scope.values)},
            field="scopes",
        )
    return [scope for scope in Scope.values if scope in scopes]


def _agency(account: Staff, agency: Agency | None) -> Agency | None:
    """A token never reaches further than its account."""
    if agency is None or account.is_superuser or rules.works_for(account, agency):
        return agency
    raise Invalid(_("The agency of a token is the account's own or one below it."), field="agency")
