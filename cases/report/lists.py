"""Other lists of the report: publication, papers demanded, desks, satisfaction, feedback, reform plans."""

from collections import defaultdict
from datetime import timedelta
from fractions import Fraction

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from cases import reforms, survey
from cases.enums import EventKind
from cases.feedback import FeedbackKind, Verdict
from cases.models import Demand, DossierEvent, Feedback, Rating, RatingScore
from cases.report.tables import Figure, Part, Table, number, percent, text
from cases.scorecard.scope import Scope
from cases.scorecard.scores import half_up
from cases.scorecard.targets import Rate, target_on
from procedures.late import late_publications
from procedures.models import ReformTask, Secondment, Staff
from procedures.substitutes import without_substitute

# Publication ------------------------------------------------------------------------------------------


def publication(scope: Scope) -> Part:
    """Of the whole catalogue, as nobody below the province publishes (R4)."""
    late = late_publications(scope.day)
    words = {"signed": _("Decision signed"), "loaded": _("Made public")}
    return Part(
        "publication",
        _("Publication"),
        (
            Table(
                _("Procedures published late"),
                (
                    text(_("Procedure"), 2),
                    text(_("Name of the procedure"), 5),
                    text(_("What was late")),
                    text(_("To be done by")),
                    text(_("Done on")),
                    number(_("Working days late")),
                ),
                [
                    (
                        one.version.procedure.code,
                        one.version.name,
                        words[one.kind],
                        one.by,
                        one.done_on or _("not yet"),
                        one.days,
                    )
                    for one in late
                ],
                note=_("Of the whole catalogue, as it stands on the last day of the period.")
                if late
                else _("Nothing was published late."),
            ),
        ),
    )


# Papers demanded --------------------------------------------------------------------------------------


def demands_of(scope: Scope) -> QuerySet[Demand]:
    """Demanded in the period of applicants of these agencies (R5, R13)."""
    return Demand.objects.filter(scope.within("at"), dossier__competent_agency__in=scope.units)


def demands(scope: Scope) -> Part:
    rows = (
        demands_of(scope)
        .order_by()
        .values(
            "dossier__competent_agency__name_vi",
            "dossier__competent_agency__identifier",
            "by",
            "by__full_name",
            "by__username",
        )
        .annotate(n=Count("pk"), papers=Count("paper", distinct=True))
        .order_by("-n", "dossier__competent_agency__identifier", "by__username")
    )
    found = [
        (
            row["dossier__competent_agency__name_vi"],
            row["by__full_name"] or row["by__username"],
            Figure(row["n"], f"demands-officer-{row['by']}", row["dossier__competent_agency__identifier"]),
            row["papers"],
        )
        for row in rows
    ]
    return Part(
        "demands",
        _("Papers demanded"),
        (
            Table(
                _("Papers demanded beyond what need be brought"),
                (
                    text(_("Agency"), 4),
                    text(_("Officer"), 3),
                    number(_("Demands")),
                    number(_("Different papers")),
                ),
                [*found, (_("Together"), "", Figure(demands_of(scope).count(), "demands"), None)],
                note=_("Each one has a recorded ground in law; without one the system refuses it."),
            ),
        ),
    )


# Desks ------------------------------------------------------------------------------------------------


def seconded(scope: Scope) -> QuerySet[Secondment]:
    """From or to these agencies, on some day of the period."""
    return Secondment.objects.filter(
        Q(agency__in=scope.units) | Q(staff__agency__in=scope.units),
        first__lte=scope.day,
        last__gte=scope.period.first,
    ).select_related("staff__agency", "agency", "substitute")


def alone(scope: Scope) -> QuerySet[Staff]:
    """Clerks and officers who have too few substitutes now: of the past nobody kept it."""
    people = Staff.objects.filter(agency__in=scope.units).select_related("agency")
    return without_substitute(people).order_by("agency__identifier", "full_name", "username")


def desks(scope: Scope) -> Part:
    return Part(
        "desks",
        _("Secondments and substitutes"),
        (
            Table(
                _("Seconded in the period"),
                (
                    text(_("Who"), 3),
                    text(_("From"), 3),
                    text(_("Works at"), 3),
                    text(_("First day")),
                    text(_("Last day")),
                    number(_("Length in months")),
                    text(_("Substitute"), 3),
                ),
                [
                    (
                        str(row.staff),
                        str(row.staff.agency or ""),
                        str(row.agency),
                        row.first,
                        row.last,
                        _months(row),
                        str(row.substitute or _("none")),
                    )
                    for row in seconded(scope).order_by("first", "pk")
                ],
                note=_("Secondments last from 6 to 24 months as a rule."),
            ),
            Table(
                _("Without a substitute"),
                (text(_("Who"), 3), text(_("Role"), 2), text(_("Agency"), 4), number(_("Substitutes"))),
                [
                    (str(person), person.get_role_display(), str(person.agency), person.substitutes_there)
                    for person in alone(scope)
                ],
                note=_("As it stands now; the target is that there is nobody."),
            ),
        ),
    )


def _months(row: Secondment) -> int:
    """Whole months."""
    end = row.last + timedelta(days=1)
    return (end.year - row.first.year) * 12 + end.month - row.first.month - (end.day < row.first.day)


# Satisfaction -----------------------------------------------------------------------------------------


def ratings_of(scope: Scope) -> QuerySet[Rating]:
    """Given in the period about dossiers that these agencies decided."""
    return Rating.objects.filter(scope.within("at"), dossier__competent_agency__in=scope.units)


def recorders(ratings: QuerySet[Rating]) -> dict[int, int]:
    """Who recorded the result of each rated dossier, by their keys; the last one where there were several."""
    recorded = DossierEvent.objects.filter(
        dossier__in=ratings.order_by().values("dossier"), kind=EventKind.RESULT_RECORDED, actor__isnull=False
    )
    return dict(recorded.order_by("at", "pk").values_list("dossier", "actor"))


def ratings_by(scope: Scope, officer: int) -> QuerySet[Rating]:
    """Those about what this officer recorded the result of."""
    ratings = ratings_of(scope)
    return ratings.filter(dossier__in=[pk for pk, actor in recorders(ratings).items() if actor == officer])


SATISFIED = 4  # from this score on


def satisfaction(scope: Scope) -> Part:
    """By agency and by the officer who recorded the result; staff can neither give nor change a rating (R49)."""
    ratings = ratings_of(scope).order_by()
    officers = recorders(ratings)
    by_rating = {
        row["rating"]: row
        for row in RatingScore.objects.filter(rating__in=ratings.values("pk"))
        .order_by()
        .values("rating")
        .annotate(
            sum=Sum("score"),
            n=Count("pk"),
            good=Count("pk", filter=Q(score__gte=SATISFIED)),
            low=Count("pk", filter=Q(score__lte=survey.LOW)),
        )
    }
    by_agency, by_officer, every = defaultdict(list), defaultdict(list), []
    people = Staff.objects.select_related("agency").in_bulk(set(officers.values()))
    for rating in ratings.select_related("dossier__competent_agency"):
        scores = by_rating.get(rating.pk)
        if scores is None:
            continue
        every.append(scores)
        by_agency[rating.dossier.competent_agency].append(scores)
        if officer := people.get(officers.get(rating.dossier_id)):
            by_officer[officer].append(scores)
    target = target_on(Rate.SATISFACTION, scope.day)
    note = (
        _("Satisfied are answers of 4 and 5; the target is %(percent)s %%.") % {"percent": target.percent}
        if target
        else _("Satisfied are answers of 4 and 5.")
    )
    columns = (
        number(_("Ratings")),
        number(_("Average")),
        number(_("Satisfied answers, %")),
        number(_("With a low answer")),
    )
    agencies = sorted(by_agency.items(), key=lambda pair: pair[0].identifier)
    silent = [agency for agency in scope.agencies if agency.is_active and agency not in by_agency]
    return Part(
        "satisfaction",
        _("Satisfaction"),
        (
            Table(
                _("Satisfaction by agency"),
                (text(_("Agency"), 4), *columns),
                [
                    *(
                        (str(agency), *_scores(found, "ratings", agency.identifier))
                        for agency, found in agencies
                    ),
                    *((str(agency), 0, None, None, None) for agency in silent),
                    (_("Together"), *_scores(every, "ratings")),
                ],
                note=note,
            ),
            Table(
                _("Satisfaction by officer"),
                (text(_("Officer"), 3), text(_("Agency"), 3), *columns),
                [
                    (
                        str(officer),
                        str(officer.agency or ""),
                        *_scores(found, f"ratings-officer-{officer.pk}"),
                    )
                    for officer, found in sorted(by_officer.items(), key=lambda pair: pair[0].username)
                ],
                note=_(
                    "By the officer who recorded the result. Ratings are given by the applicant alone, once."
                ),
            ),
        ),
    )


def _scores(found: list[dict], behind: str, of: str = "") -> tuple:
    """How many ratings, average, percent of satisfied answers, ratings with a low answer."""
    answers = sum(row["n"] for row in found)
    together = sum(row["sum"] for row in found)
    return (
        Figure(len(found), behind, of),
        half_up(Fraction(together, answers)) if answers else None,
        percent(sum(row["good"] for row in found), answers),
        sum(bool(row["low"]) for row in found),
    )


# Feedback ---------------------------------------------------------------------------------------------


def feedback_of(scope: Scope) -> QuerySet[Feedback]:
    """Sent in the period to these agencies, or registered by them."""
    return Feedback.objects.of_agencies(scope.units).filter(scope.within("sent_at"))


def contests_of(scope: Scope, verdict: str = "") -> QuerySet[Feedback]:
    """Contested entries of the clock, or those of one decision, sent in the period."""
    found = feedback_of(scope).filter(contested__isnull=False)
    return found.filter(verdict=verdict) if verdict else found


def upheld_of(scope: Scope) -> QuerySet[Feedback]:
    """Complaints about the handling of a dossier that were found right."""
    return feedback_of(scope).filter(kind=FeedbackKind.HANDLING, verdict=Verdict.UPHELD)


def feedback(scope: Scope) -> Part:
    rows = [
        (_("Received"), Figure(feedback_of(scope).count(), "feedback")),
        (_("Contested entries of the clock"), Figure(contests_of(scope).count(), "contests")),
        (
            _("Contested and upheld"),
            Figure(contests_of(scope, Verdict.UPHELD).count(), "contests-upheld"),
        ),
        (_("Complaints found right"), Figure(upheld_of(scope).count(), "upheld")),
    ]
    return Part(
        "feedback",
        _("Feedback"),
        (
            Table(
                _("Feedback and recommendations"),
                (text(_("What"), 5), number(_("How many"))),
                rows,
                note=_("How much was handled on time stands among the rates."),
            ),
        ),
    )


# Reform plans -----------------------------------------------------------------------------------------


def tasks_of(scope: Scope) -> QuerySet[ReformTask]:
    return ReformTask.objects.of_agencies(scope.units)


def plans(scope: Scope) -> Part:
    columns = (
        number(_("Tasks")),
        number(_("Finished tasks")),
        number(_("Finished, %")),
        number(_("In progress")),
        number(_("Overdue")),
    )
    tasks = tasks_of(scope)
    overdue = reforms.in_order(tasks.standing("overdue", scope.day))
    return Part(
        "plans",
        _("Reform plans"),
        (
            Table(
                _("Reform plans and programmes"),
                (text(_("Plan"), 5), *columns),
                [(one.of.title, *_tally(one)) for one in reforms.by_plan(tasks, scope.day)],
                note=_(
                    "As entered so far; what was due before the last day of the period and is not finished is overdue."
                ),
            ),
            Table(
                _("Tasks by lead agency"),
                (text(_("Lead agency"), 5), *columns),
                [(str(one.of), *_tally(one)) for one in reforms.by_lead(tasks, scope.day)],
            ),
            Table(
                _("Overdue tasks"),
                (text(_("Task"), 5), text(_("Plan"), 3), text(_("Lead agency"), 3), text(_("Due on"))),
                [(task.title, task.plan.title, str(task.lead), task.due_on) for task in overdue],
                note="" if overdue else _("No task is overdue."),
            ),
        ),
    )


def _tally(one: reforms.Tally) -> tuple:
    return one.all, one.finished, percent(one.finished, one.all), one.in_progress, one.overdue
