"""How far a token reaches: its purpose and its agency. A session of the back office is not narrowed."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission

from cases.api.authentication import token_of
from cases.api.problems import OutOfReach, ScopeMissing
from procedures.models import Agency


class HasScope(BasePermission):
    """The token may be used for what the view names; see `cases.scopes`."""

    def has_permission(self, request, view) -> bool:
        token, scope = token_of(request), view.needed_scope()
        if token is not None and scope is not None and scope not in token.scopes:
            raise ScopeMissing(
                _("This access token may not be used for “%(scope)s”. Use one with that scope.")
                % {"scope": scope}
            )
        return True


def units_of(request) -> list[int] | None:
    """The agencies that the token is narrowed to; None when it is not."""
    token = token_of(request)
    if token is None or token.agency_id is None:
        return None
    return list(Agency.objects.below(token.agency).values_list("pk", flat=True))


def dossiers_in_reach(request, dossiers: QuerySet) -> QuerySet:
    """Those among these that are received or decided within the token's agency."""
    units = units_of(request)
    if units is None:
        return dossiers
    return dossiers.filter(Q(receiving_desk__in=units) | Q(competent_agency__in=units))


def rows_in_reach(request, rows: QuerySet, path: str) -> QuerySet:
    """Those among these whose agency, at the end of `path`, lies within the token's."""
    units = units_of(request)
    return rows if units is None else rows.filter(**{f"{path}__in": units})


def check_reach(request, agency: Agency | None) -> None:
    """Raises `OutOfReach` (403) when something is sent for an agency outside the token's."""
    units = units_of(request)
    if agency is not None and units is not None and agency.pk not in units:
        raise OutOfReach(
            _("This access token is for %(own)s and does not reach %(other)s.")
            % {"own": token_of(request).agency.identifier, "other": agency.identifier}
        )
