"""Which version, limit and agency a dossier gets; each refusal says why and what to do."""

from datetime import date

from django.utils.translation import gettext as _

from cases.errors import Invalid, NotInForce
from cases.services.boundaries import check_boundaries
from procedures.enums import Channel, VersionStatus
from procedures.models import Agency, Procedure, ProcedureVersion, TimeLimit
from procedures.services.competence import decides, default_competent_agency


def version_in_force(procedure: Procedure, day: date) -> ProcedureVersion:
    """The version of the reception day (R2), or `NotInForce` with the reason (R3)."""
    versions = procedure.versions.in_force_on(day).prefetch_related("components", "fees")
    version = versions.order_by("-number").first()
    if version:
        return version
    facts = {"code": procedure.code, "day": f"{day:%d/%m/%Y}"}
    published = procedure.versions.filter(status=VersionStatus.PUBLISHED)
    last = published.filter(in_force_to__lt=day).order_by("-in_force_to").first()
    coming = published.filter(in_force_from__gt=day).order_by("in_force_from").first()
    if last:
        sentence = _("Procedure %(code)s was abolished: its last day in force was %(last)s.") % {
            **facts,
            "last": f"{last.in_force_to:%d/%m/%Y}",
        }
    elif coming:
        sentence = _("Procedure %(code)s comes into force only on %(first)s.") % {
            **facts,
            "first": f"{coming.in_force_from:%d/%m/%Y}",
        }
    else:
        sentence = (
            _("Procedure %(code)s is only a draft: its record is not complete, so it is not published.")
            % facts
        )
    if procedure.replaced_by:
        sentence += " " + _("It is replaced by %(other)s.") % {"other": procedure.replaced_by.code}
    raise NotInForce(sentence, field="procedure")


def check_desk(desk: Agency) -> None:
    """Only a reception desk that exists receives; else `Invalid`."""
    if not desk.is_reception_desk:
        raise Invalid(_("%(agency)s is not a reception desk.") % {"agency": desk}, field="desk")
    if not desk.is_active:
        raise Invalid(_("%(agency)s is no longer active.") % {"agency": desk}, field="desk")


def takes_no_paper(version: ProcedureVersion, day: date) -> bool:
    """Whether that day is one from which the procedure is filed online only (không tiếp nhận hồ sơ giấy)."""
    return version.paper_free_from is not None and version.paper_free_from <= day


def check_takes_paper(version: ProcedureVersion, channel: str, day: date) -> None:
    """From its day on the procedure is filed online only: the desk helps to file, nothing comes on paper."""
    if channel != Channel.ONLINE and takes_no_paper(version, day):
        raise Invalid(
            _(
                "Since %(day)s procedure %(code)s takes no paper: it is filed online only. "
                "Help the applicant to file it online at the desk."
            )
            % {"day": f"{version.paper_free_from:%d/%m/%Y}", "code": version.procedure.code},
            code="paper_free",
            field="channel",
        )


def limit_for(
    version: ProcedureVersion, limit: TimeLimit | None, quantities: dict[str, int] | None = None
) -> TimeLimit:
    """The chosen time limit, or the version's first one.

    Where the limit depends on a quantity, the quantity decides and a contradicting choice is refused;
    `quantities` None = not known yet, as of a filing that nobody has looked at (R23).
    """
    if limit is not None and limit.version_id != version.pk:
        raise Invalid(_("This time limit belongs to another version of the procedure."), field="limit")
    if version.limit_quantity and quantities is not None:
        return _limit_by_quantity(version, limit, quantities)
    return limit or version.limits.order_by("position").first()


def _limit_by_quantity(
    version: ProcedureVersion, chosen: TimeLimit | None, quantities: dict[str, int]
) -> TimeLimit:
    facts = {"quantity": quantities.get(version.limit_quantity), "name": version.limit_quantity}
    if facts["quantity"] is None:
        raise Invalid(
            _("The time limit depends on a quantity: enter how many (%(name)s).") % facts,
            code="required",
            field="quantities",
        )
    fitting = [
        limit
        for limit in version.limits.order_by("position")
        if (limit.quantity_from or 1) <= facts["quantity"]
        and (limit.quantity_to is None or facts["quantity"] <= limit.quantity_to)
    ]
    if not fitting:
        raise Invalid(
            _("The procedure has no time limit for %(quantity)s (%(name)s). Ask who keeps the catalogue.")
            % facts,
            code="no_limit",
            field="quantities",
        )
    if chosen is not None and chosen not in fitting:
        raise Invalid(
            _("For %(quantity)s (%(name)s) the time limit is %(limit)s, not %(chosen)s.")
            % {**facts, "limit": fitting[0], "chosen": chosen},
            code="contradictory",
            field="limit",
        )
    return chosen or fitting[0]


def competent_agency_for(
    version: ProcedureVersion, desk: Agency, chosen: Agency | None, *, on: date
) -> Agency:
    """The agency that decides: the chosen one, or the one that follows from desk and field (R15).

    `on` is the day of reception: its law says for whom a desk may receive.
    """
    agency = chosen or default_competent_agency(version, desk)
    if agency is None:
        raise Invalid(
            _("Choose the agency that decides: from this desk the procedure can go to several."),
            code="required",
            field="competent_agency",
        )
    if not agency.is_active:
        raise Invalid(_("%(agency)s is no longer active.") % {"agency": agency}, field="competent_agency")
    if not decides(agency, version):
        raise Invalid(
            _("%(agency)s does not decide this procedure.") % {"agency": agency},
            code="not_competent",
            field="competent_agency",
        )
    check_boundaries(desk, agency, version, on)
    return agency
