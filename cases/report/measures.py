"""What the report measures as a share: each a question for what counts and one for out of what (R54)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import TruncDate
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from cases.models import OnlineFiling
from cases.report import late, lists
from cases.scorecard import dossiers, facts
from cases.scorecard.facts import Counted
from cases.scorecard.scope import Scope
from cases.scorecard.scores import NoValue
from cases.scorecard.targets import Rate
from procedures.enums import Channel, ServiceLevel
from procedures.models import Procedure, ProcedureVersion
from procedures.reforms import ReformKind, ReformStanding
from procedures.working_time import TZ


@dataclass(frozen=True, slots=True)
class Measure:
    """A share of dossiers, procedures or feedback. `key` names the lists behind it; `rate` its target."""

    key: str
    name: str | Promise
    count: Callable[[Scope], Counted | NoValue]
    rate: str = ""


def of_part(code: str) -> Callable[[Scope], Counted | NoValue]:
    """As the scorecard counts this part."""
    return lambda scope: facts.counted(code, scope)


def fully_online_dossiers(scope: Scope) -> Counted:
    """Of what was filed for fully online services what was filed online."""
    found = dossiers.filed(scope).filter(version__service_level=ServiceLevel.FULL)
    return Counted(found.filter(channel=Channel.ONLINE), found)


def _offered(level: str) -> Callable[[Scope], Counted]:
    """Of the procedures that these agencies decide those offered so; the better level counts where there are two."""

    def counting(scope: Scope) -> Counted:
        by_level = services(scope)
        found, every = by_level[level], frozenset().union(*by_level.values())
        return Counted(Procedure.objects.filter(pk__in=found), Procedure.objects.filter(pk__in=every))

    return counting


LEVELS = (ServiceLevel.FULL, ServiceLevel.PARTIAL, ServiceLevel.INFORMATION, ServiceLevel.UNKNOWN)


def services(scope: Scope) -> dict[str, frozenset[int]]:
    """The procedures of these agencies by how far they go online; each once."""
    every = scope.authority.all
    rows = ProcedureVersion.objects.in_force_on(scope.day).filter(procedure__in=every)
    rows = rows.order_by().values_list("procedure", "service_level")
    best: dict[int, str] = {}
    for pk, level in rows:
        best[pk] = min(level, best.get(pk, level), key=LEVELS.index)
    return {level: frozenset(pk for pk in every if best.get(pk, "") == level) for level in LEVELS}


# The catalogue -----------------------------------------------------------------------------------------


def _with(condition: Q) -> Callable[[Scope], Counted]:
    """Of the procedures that these agencies decide those with such a version in force."""

    def counting(scope: Scope) -> Counted:
        every = Procedure.objects.filter(pk__in=scope.authority.all)
        found = (
            ProcedureVersion.objects.in_force_on(scope.day).filter(condition).order_by().values("procedure")
        )
        return Counted(every.filter(pk__in=found), every)

    return counting


def processes_cut(scope: Scope) -> Counted:
    """Of the internal procedures in the register those whose task is finished by the end of the period."""
    every = lists.tasks_of(scope).filter(kind=ReformKind.INTERNAL)
    return Counted(every.standing(ReformStanding.FINISHED, scope.day), every)


# How dossiers come -------------------------------------------------------------------------------------


def _of_filed(condition: Q) -> Callable[[Scope], Counted]:
    return lambda scope: Counted(dossiers.filed(scope).filter(condition), dossiers.filed(scope))


def _of_online(condition: Q) -> Callable[[Scope], Counted]:
    def counting(scope: Scope) -> Counted:
        online = dossiers.filed(scope).filter(channel=Channel.ONLINE)
        return Counted(online.filter(condition), online)

    return counting


def without_paper(scope: Scope) -> Counted:
    """Of what was filed for services that took no paper any more what was filed online."""
    filed = dossiers.filed(scope).filter(version__paper_free_from__lte=TruncDate("filed_at", tzinfo=TZ))
    return Counted(filed.filter(channel=Channel.ONLINE), filed)


def apologised(scope: Scope) -> Counted:
    """Of what was late what had an apology issued before its due moment passed (R29)."""
    return Counted(late.apologised(scope), late.late_dossiers(scope))


SERVICES = Measure(
    "services",
    gettext_lazy("Fully online services"),
    _offered(ServiceLevel.FULL),
    Rate.FULLY_ONLINE_SERVICES,
)
OF_PROCEDURES = (
    SERVICES,
    Measure(
        "eform",
        gettext_lazy("Procedures with an e-form of their own"),
        _with(~Q(eform_schema={})),
        Rate.E_FORMS,
    ),
    Measure(
        "steps", gettext_lazy("Procedures with internal steps"), _with(Q(steps__isnull=False)), Rate.STEPS
    ),
    Measure("cut", gettext_lazy("Internal procedures cut or simplified"), processes_cut, Rate.PROCESSES_CUT),
)
# Of dossiers: these have a figure for each agency too.
OF_DOSSIERS = (
    Measure("2.1", gettext_lazy("Handled early and on time"), of_part("2.1")),
    Measure("3.3", gettext_lazy("Filed online"), of_part("3.3")),
    Measure(
        "full",
        gettext_lazy("Dossiers of fully online services filed online"),
        fully_online_dossiers,
        Rate.FULLY_ONLINE_DOSSIERS,
    ),
    Measure("4.1", gettext_lazy("Electronic results"), of_part("4.1")),
    Measure("4.2", gettext_lazy("Digitised papers and results"), of_part("4.2")),
    Measure("4.3", gettext_lazy("Reuse of digitised papers"), of_part("4.3")),
    Measure("5.3", gettext_lazy("Online payment"), of_part("5.3"), Rate.ONLINE_PAYMENT),
)
HOW_FILED = (
    Measure("no-paper", gettext_lazy("Dossiers of services without paper filed online"), without_paper),
    Measure(
        "account",
        gettext_lazy("Filed online from the applicant's own account"),
        _of_online(Q(pk__in=OnlineFiling.objects.values("dossier"))),
    ),
    Measure("helped", gettext_lazy("Filed online with help at the desk"), _of_online(Q(helped_to_file=True))),
    Measure("post", gettext_lazy("Filed by post"), _of_filed(Q(channel=Channel.POST))),
    Measure("outside", gettext_lazy("Received outside the desk"), _of_filed(~Q(reception_place=""))),
    Measure("4.5b", gettext_lazy("Dossiers using population data"), of_part("4.5b")),
)
APOLOGIES = Measure(
    "apology", gettext_lazy("Late dossiers with an apology before the due moment"), apologised, Rate.APOLOGIES
)
SYNCHRONISED = Measure(
    "sync",
    gettext_lazy("Dossiers synchronised to the national portal"),
    of_part("1.4"),
    Rate.SYNCHRONISATION,
)
FEEDBACK = Measure("6.1", gettext_lazy("Feedback handled on time"), of_part("6.1"))
MEASURES = (*OF_PROCEDURES, *OF_DOSSIERS, *HOW_FILED, APOLOGIES, SYNCHRONISED, FEEDBACK)
