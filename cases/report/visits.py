"""How often the guidance of procedures is looked at, beside how their dossiers are filed."""

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from cases.models import GuidanceVisits
from cases.report.tables import Table, number, percent, text
from cases.scorecard import dossiers
from cases.scorecard.scope import Scope
from procedures.enums import Channel
from procedures.models import ProcedureVersion

SHOWN = 20


def table(scope: Scope) -> Table:
    """The procedures of these agencies, the most visited first. Visits are of the whole installation."""
    visits = dict(
        GuidanceVisits.objects.filter(
            procedure__in=scope.authority.all, day__range=(scope.period.first, scope.day)
        )
        .order_by()
        .values_list("procedure")
        .annotate(visits=Sum("visits"))
    )
    filed = {
        procedure: (every, online)
        for procedure, every, online in dossiers.filed(scope)
        .order_by()
        .values_list("version__procedure")
        .annotate(every=Count("pk"), online=Count("pk", filter=Q(channel=Channel.ONLINE)))
    }
    most = sorted(visits, key=lambda pk: (-visits[pk], pk))
    names = _names(most[:SHOWN])
    together = sum(visits.values())
    rows = [_row(names[pk], visits[pk], together, filed.get(pk, (0, 0))) for pk in most[:SHOWN]]
    all_filed = tuple(map(sum, zip(*(filed.get(pk, (0, 0)) for pk in most), strict=True))) or (0, 0)
    return Table(
        _("Visits of guidance pages"),
        (
            text(_("Procedure"), 5),
            number(_("Visits")),
            number(_("Share of the visits, %")),
            number(_("Dossiers filed")),
            number(_("Of them online, %")),
        ),
        [*rows, _row(_("Together"), together, together, all_filed)],
        note=_(
            "The %(most)s most visited pages. Visits are of everybody who reads this portal, whatever the agency; "
            "staff and programs that say so are not counted, and nothing is kept about visitors."
        )
        % {"most": SHOWN},
    )


def _row(name: str, visits: int, together: int, filed: tuple[int, int]) -> tuple:
    every, online = filed
    return name, visits, percent(visits, together), every, percent(online, every)


def _names(procedures: list[int]) -> dict[int, str]:
    """Of each procedure the name of its newest version."""
    versions = ProcedureVersion.objects.filter(procedure__in=procedures).select_related("procedure")
    return {
        version.procedure_id: f"{version.procedure.code} {version.name}"
        for version in versions.order_by("number")
    }
