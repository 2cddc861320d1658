"""Which desk may receive for which agency (tiếp nhận không phụ thuộc địa giới hành chính; R15)."""

from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _

from cases.errors import Invalid
from procedures import regimes
from procedures.enums import AgencyKind
from procedures.models import Agency, ProcedureVersion


def check_boundaries(desk: Agency, competent: Agency, version: ProcedureVersion, day: date) -> None:
    """`Invalid` when the mechanism of the day does not let this desk receive for that agency.

    Within a line of the tree always: a desk receives for itself, for those above and for those below. For
    another commune only where reception is free of boundaries, for another province only what is on the
    published list (parameter). An agency that belongs to no province decides for the whole country.
    """
    if desk == competent:
        return
    line = list(competent.ancestors(include_self=True))
    if desk in line or competent in desk.ancestors(include_self=True):
        return
    mechanism = regimes.mechanism_on(day) or regimes.MECHANISMS[0]
    there = next((unit for unit in line if unit.kind == AgencyKind.PROVINCE), None)
    here = desk.ancestors(include_self=True).filter(kind=AgencyKind.PROVINCE).first()
    if there is None:
        return
    facts = {"desk": desk, "agency": competent, "citation": mechanism.whole}
    if there == here:
        among_communes = AgencyKind.COMMUNE in {desk.kind, competent.kind}
        if mechanism.boundary_free or not among_communes:
            return
        sentence = _("%(desk)s does not receive for %(agency)s (%(citation)s). Send the applicant there.")
    elif mechanism.boundary_free != "nation":
        sentence = _(
            "%(agency)s lies in another province; %(desk)s receives only for its own (%(citation)s). "
            "Send the applicant there."
        )
    elif version.procedure.code not in settings.BOUNDARY_FREE_NATION:
        sentence = _(
            "%(agency)s lies in another province, and this procedure is not on the published list of those "
            "that every desk of the country receives (%(citation)s). Send the applicant there."
        )
    else:
        return
    raise Invalid(sentence % facts, code="outside_boundaries", field="competent_agency")
