"""Who decides a procedure that a desk received."""

from django.db.models import QuerySet

from procedures.enums import AgencyKind, Level
from procedures.models import Agency, ProcedureVersion


def default_competent_agency(version: ProcedureVersion, desk: Agency) -> Agency | None:
    """The agency that decides (cơ quan có thẩm quyền); None when it is not clear and the clerk must choose.

    Commune level: the desk itself when it is a commune that decides the field. Province level: the one
    department of the desk's province that decides the field. Ministry level: never clear from here.
    """
    if version.level == Level.COMMUNE:
        decides = not desk.decides_fields or version.field_vi in desk.decides_fields
        return desk if desk.kind == AgencyKind.COMMUNE and decides else None
    if version.level == Level.PROVINCE:
        province = desk.ancestors(include_self=True).filter(kind=AgencyKind.PROVINCE).first()
        departments = Agency.objects.below(province).filter(
            kind=AgencyKind.DEPARTMENT, is_active=True, decides_fields__contains=[version.field_vi]
        )
        found = list(departments[:2])
        return found[0] if len(found) == 1 else None
    return None


def decides(agency: Agency, version: ProcedureVersion) -> bool:
    """Whether this agency can be the competent one: of the procedure's level, and with its field."""
    if agency.decides_fields and version.field_vi not in agency.decides_fields:
        return False
    return is_of_level(agency, version.level)


def deciding_agencies(version: ProcedureVersion) -> QuerySet[Agency]:
    """All that can be the competent one, to choose from."""
    active = Agency.objects.filter(is_active=True)
    return active.filter(pk__in=[agency.pk for agency in active if decides(agency, version)])


def is_of_level(agency: Agency, level: str) -> bool:
    """Whether an agency of this kind can decide procedures of that level at all."""
    if level == Level.COMMUNE:
        return agency.kind == AgencyKind.COMMUNE
    if level == Level.PROVINCE:
        return agency.kind in {AgencyKind.DEPARTMENT, AgencyKind.OTHER}
    return agency.kind not in {AgencyKind.COMMUNE, AgencyKind.CENTRE}
