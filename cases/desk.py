"""What a clerk looks up while somebody stands at the counter: procedures, people and their dossiers."""

from datetime import timedelta

from django.db.models import Case, Count, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.enums import ACCEPTED_STATES
from cases.errors import NotInForce
from cases.models import Applicant, Dossier
from procedures.models import Agency, Procedure, ProcedureVersion

USED_WITHIN = timedelta(days=90)
MOST_RANKED = 50
MOST_RESULTS = 12
# Shorter ones are still being typed, and would find strangers.
SHORTEST_NUMBER = 6
SHORTEST_PHONE = 8
MOST_PEOPLE = 5


def most_used(desk: Agency) -> list[int]:
    """Ids of the procedures that this desk received most in the last 90 days, the most used first.

    All states are named so that one range of the index `dossier_by_desk` is read for each.
    """
    lately = Dossier.objects.filter(
        receiving_desk=desk,
        state__in=sorted(ACCEPTED_STATES),
        filed_at__gte=timezone.now() - USED_WITHIN,
    )
    rows = lately.values_list("version__procedure").annotate(times=Count("pk"))
    return [pk for pk, _times in rows.order_by("-times", "version__procedure__code")[:MOST_RANKED]]


def procedure_of(code: str) -> Procedure:
    """The procedure with this code; `NotInForce` says that there is none."""
    procedure = Procedure.objects.filter(code=code).first()
    if procedure is None:
        raise NotInForce(_("There is no procedure %(code)s in the catalogue.") % {"code": code[:40]})
    return procedure


def procedures_found(text: str, desk: Agency) -> list[ProcedureVersion]:
    """Versions in force today by words of code, name and field, those first that the desk uses most."""
    found = ProcedureVersion.objects.in_force_on(timezone.localdate()).search(text)
    ranks = [When(procedure=pk, then=Value(place)) for place, pk in enumerate(most_used(desk))]
    found = found.annotate(rank=Case(*ranks, default=Value(MOST_RANKED)))
    return list(
        found.select_related("procedure").order_by("rank", "procedure__code", "-number")[:MOST_RESULTS]
    )


def applicants_with(id_number: str, phone: str) -> list[Applicant]:
    """Whoever has exactly this ID or tax number; else, newest first, those with exactly this phone.

    Half a number finds nobody: the desk asks for somebody who stands there, and browses through no register.
    """
    number = tidy_number(id_number)
    if len(number) >= SHORTEST_NUMBER:
        known = list(Applicant.objects.with_id_number(number))
        if known:
            return known
    digits = "".join(c for c in phone if c not in " .-()")
    if len(digits) >= SHORTEST_PHONE:
        return list(Applicant.objects.filter(phone=digits).order_by("-created_at", "-pk")[:MOST_PEOPLE])
    return []


def tidy_number(id_number: str) -> str:
    """An ID or tax number as it is kept."""
    return id_number.strip().upper()


def earlier_dossiers(applicant: Applicant, user, *, most: int = 5) -> QuerySet[Dossier]:
    """The applicant's newest dossiers among those that this person may see anyway."""
    return (
        Dossier.objects.visible_to(user)
        .filter(applicant=applicant)
        .select_related("version__procedure")
        .order_by("-filed_at", "-pk")[:most]
    )


def open_dossiers(applicant: Applicant | None, procedure: Procedure) -> list[Dossier]:
    """Dossiers of this applicant and procedure that are not at their end, newest first; at whichever desk."""
    if applicant is None:
        return []
    found = Dossier.objects.open().filter(applicant=applicant, version__procedure=procedure)
    return list(found.with_people_apart().order_by("-filed_at", "-pk"))
