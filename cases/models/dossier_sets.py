"""Questions to all dossiers at once: whose they are, what runs, what is late."""

import re
from collections import defaultdict
from datetime import datetime, timedelta

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils import timezone

from cases.enums import OPEN_STATES, RUNNING_STATES, State
from onestop.keyset import FAR
from procedures.enums import DESK_ROLES, AgencyKind, Channel, Role
from procedures.models import Agency, Secondment, Staff
from procedures.text import fold
from procedures.working_time import minute_of

READERS = DESK_ROLES | frozenset({Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR})
CODE_BEGINNING = re.compile(r"[A-Z]\d\d([.-]|$)|\d{3}\.")  # a passport has more digits and no dot
ID_NUMBER = re.compile(r"(?=.*\d)[A-Za-z0-9-]{6,20}")  # as `cases.services.applicants.check` takes it
MINUTE = timedelta(minutes=1)  # times are compared as printed (T7)
ANSWERING = frozenset({Role.OFFICER, Role.SUPERVISOR})  # for an agency that was asked
PLACES = ("receiving_desk", "competent_agency")
LINE = ("", "__parent", "__parent__parent", "__parent__parent__parent")  # the tree is no deeper


# From the reception to the return or the end, which are never before it; open until far away (`cases.scorecard`).
THERE = Func(
    "received_at",
    Greatest("received_at", Coalesce(Least("returned_at", "ended_at"), Value(FAR))),
    Value("[]"),
    function="TSTZRANGE",
    output_field=DateTimeRangeField(),
)

# Received or ended later than filed; who comes to the desk waits for no answer.
FILED_FIRST = Q(received_at__isnull=True) | Q(received_at__gt=F("filed_at"))
# From the filing (the completion, when there was one) to the reception or the refusal.
WAITING = Func(
    "filed_at",
    Greatest("filed_at", Coalesce(Least("received_at", "ended_at"), Value(FAR))),
    Value("[]"),
    function="TSTZRANGE",
    output_field=DateTimeRangeField(),
)


def _within(field: str, span: tuple[datetime, datetime]) -> Q:
    return Q(**{f"{field}__gte": span[0], f"{field}__lt": span[1]})


def _units(agency: Agency | None) -> list[int]:
    return list(Agency.objects.below(agency).values_list("pk", flat=True))


def _lines(agencies: set[int]) -> dict[int, frozenset[int]]:
    """Each of these with those above it."""
    found = Agency.objects.with_tree_fields().filter(pk__in=agencies)
    return {agency.pk: frozenset(agency.tree_path) for agency in found}


def _works_at(people: set[int]) -> dict[int, frozenset[int]]:
    """Where those among these who are active work today: seconded, or else at home."""
    seconded = defaultdict(set)
    today = Secondment.objects.on(timezone.localdate())
    for staff, agency in today.filter(staff__in=people).values_list("staff", "agency"):
        seconded[staff].add(agency)
    at_home = Staff.objects.filter(pk__in=people, is_active=True).values_list("pk", "agency")
    return {staff: frozenset(seconded[staff] or {agency}) for staff, agency in at_home}


class DossierQuerySet(models.QuerySet):
    def of_agencies_of(self, user):
        """The dossiers that a member of staff works on or answers for: received or decided at or below
        their own agency. Lists and figures are of these.

        Only who works with dossiers or inspects them; the papers of citizens are not for those who keep
        accounts, catalogue or connections.
        """
        return self._of(user)

    def visible_to(self, user):
        """What a member of staff may open: the same, and while their agency owes an answer (R20), for
        its officers and supervisors, the dossier that the answer is for.
        """
        return self._of(user, also_asked=True)

    def _of(self, user, *, also_asked: bool = False):
        if user.is_active and user.is_superuser:
            return self
        if not user.is_active or not user.workplace_id or user.role not in READERS:
            return self.none()
        if (
            user.works_above_all
        ):  # two lists of hundreds of agencies in each of forty questions cost more than these
            return self
        units = user.agencies_below
        found = Q(receiving_desk__in=units) | Q(competent_agency__in=units)
        if also_asked and user.role in ANSWERING:
            asked = self.model._meta.get_field("consultations").related_model.objects.waiting()
            found |= Exists(asked.filter(agency__in=units, dossier=OuterRef("pk")))
        return self.filter(found)

    def running(self):
        """The agency's clock runs: accepted, no result yet, not waiting for the applicant."""
        return self.filter(state__in=RUNNING_STATES, finished_at__isnull=True)

    def open(self):
        return self.filter(state__in=OPEN_STATES)

    def there_at(self, moment: datetime):
        """Received by that moment, and neither returned nor stopped by it."""
        # The range says the same once more in the words of an index.
        there = self.alias(there=THERE, end=Coalesce("returned_at", "ended_at")).filter(
            there__contains=moment
        )
        return there.filter(Q(end=None) | Q(end__gt=moment), received_at__lte=moment, code__isnull=False)

    def filed_by(self, moment: datetime):
        """Filed by that moment and not received before it; at the very moment it may have been."""
        return self.alias(waiting=WAITING).filter(FILED_FIRST, waiting__contains=moment)

    def overdue(self, now: datetime | None = None):
        """Past the due moment without a result; asked of the facts, not of the flag.

        Times are compared as printed, in minutes (T7): due at 17:00 is overdue from 17:01 on.
        """
        return self.running().filter(due_at__lt=minute_of(now or timezone.now()))

    def at_desks_of(self, agency: Agency | None):
        """Filed or received at the desks of this agency and those below it."""
        return self.filter(receiving_desk__in=_units(agency))

    def decided_at(self, agency: Agency | None):
        """Decided by this agency and those below it."""
        return self.filter(competent_agency__in=_units(agency))

    def boundary_free(self):
        """Received for another unit (R15): a commune is on one of the two sides, and neither is above the other.

        A centre that receives for the departments of its own province does what it is there for.
        """
        desk, agency = "receiving_desk", "competent_agency"
        commune = Q(receiving_desk__kind=AgencyKind.COMMUNE) | Q(competent_agency__kind=AgencyKind.COMMUNE)
        in_line = Q()
        for one, other in ((desk, agency), (agency, desk)):
            for above in LINE:
                in_line |= Q(**{f"{one}{above}": F(other)})
        return self.filter(commune).exclude(in_line)

    def held_elsewhere(self):
        """Open ones whose holder works neither for the desk nor for the agency any more: seconded, moved, gone."""
        held = self.open().filter(holder__isnull=False)
        # Few people hold many dossiers of the same desk and agency: each of those is looked at once.
        places = list(held.order_by().values_list("holder", *PLACES).distinct())
        lines = _lines({agency for _holder, *both in places for agency in both})
        works_at = _works_at({holder for holder, *_both in places})
        elsewhere = Q(pk__in=[])
        for holder, desk, agency in places:
            if not works_at.get(holder, frozenset()) & (lines[desk] | lines[agency]):
                elsewhere |= Q(holder=holder, receiving_desk=desk, competent_agency=agency)
        return held.filter(elsewhere)

    def lying_at_the_desk(self, now: datetime | None = None):
        """Should have left the desk by now and has not (R16); what was filed online passes at once."""
        lying = self.filter(state=State.RECEIVED, transferred_at=None)
        return lying.exclude(channel=Channel.ONLINE).filter(
            transfer_due_at__lt=minute_of(now or timezone.now())
        )

    def late_transfer(self, now: datetime | None = None):
        """Left the desk late, or should have left it by now (R16); what was filed online passes at once."""
        late = Q(transferred_at__gte=F("transfer_due_at") + MINUTE)
        lies = Q(
            state=State.RECEIVED, transferred_at=None, transfer_due_at__lt=minute_of(now or timezone.now())
        )
        return self.exclude(channel=Channel.ONLINE).filter(late | lies)

    def breaches(self, now: datetime | None = None, *, promised: tuple[datetime, datetime] | None = None):
        """Past the due moment without an apology issued by then, open or finished, in any cycle (R33).

        A late apology does not take a dossier off; missing the date that an apology promised puts it on. A
        cycle ends with its supplement request: what was missed by then stays missed when a new one begins.
        Annotates, of the first cycle that was missed: `promised_at` (due moment before its apology),
        `apologised_at` and `ended_or_now`, when the agency's clock stopped. `promised`: only what was promised
        from the first moment on and before the second.
        """
        now = now or timezone.now()
        meta = self.model._meta
        apologies = meta.get_field("reschedules").related_model.objects.all()
        requests = meta.get_field("supplements").related_model.objects.filter(before_reception=False)
        late_apology = apologies.filter(
            dossier=OuterRef("dossier"), cycle=OuterRef("cycle"), at__gte=F("old_due_at") + MINUTE
        )
        missed = requests.filter(
            Q(asked_at__gte=F("due_at") + MINUTE) | Exists(late_apology), dossier=OuterRef("pk")
        )
        # What is neither late now nor has anything of the kind is none: most dossiers, and that is soon said.
        late_requests = requests.filter(asked_at__gte=F("due_at") + MINUTE).order_by()
        simply_late = Q(end__gte=F("due_at") + MINUTE)
        has_code = Q(dossier__code__isnull=False)
        known = self.filter(due_at__isnull=False, code__isnull=False).alias(
            end=Coalesce("finished_at", "ended_at", Value(now))
        )
        if promised:
            late = known.alias(due=Coalesce("due_at", Value(FAR))).filter(
                simply_late, _within("due", promised)
            )
            # Asked for apart, or the planner would ask the whole history of every dossier for what it promised.
            candidates = {
                *late.order_by().values_list("pk", flat=True),
                *apologies.filter(_within("old_due_at", promised), has_code)
                .order_by()
                .values_list("dossier", flat=True),
                *late_requests.filter(_within("due_at", promised), has_code).values_list(
                    "dossier", flat=True
                ),
            }
            # That they have a code is said above only: here the planner would read the index of all codes.
            known = self.filter(pk__in=candidates, due_at__isnull=False)
        else:
            known = known.filter(
                simply_late
                | Q(pk__in=apologies.order_by().values("dossier"))
                | Q(pk__in=late_requests.values("dossier"))
            )
        found = known.annotate(
            missed_cycle=Coalesce(Subquery(missed.order_by("cycle").values("cycle")[:1]), F("cycle"))
        )
        of_cycle = {"dossier": OuterRef("pk"), "cycle": OuterRef("missed_cycle")}
        apology, request = apologies.filter(**of_cycle), requests.filter(**of_cycle)
        found = found.annotate(
            in_force=Coalesce(Subquery(request.values("due_at")[:1]), F("due_at"))
        ).annotate(
            promised_at=Coalesce(Subquery(apology.values("old_due_at")[:1]), F("in_force")),
            apologised_at=Subquery(apology.values("at")[:1]),
            ended_or_now=Coalesce(
                Subquery(request.values("asked_at")[:1]),
                "finished_at",
                "ended_at",
                Value(now),
            ),
        )
        missed_it = Q(ended_or_now__gte=F("in_force") + MINUTE)
        apologised_late = Q(apologised_at__gte=F("promised_at") + MINUTE)
        found = found.filter(missed_it | apologised_late)
        return found.filter(_within("promised_at", promised)) if promised else found

    def due_between(self, start: datetime, end: datetime):
        return self.running().filter(due_at__gte=start, due_at__lte=end)

    def search(self, text: str):
        """By the beginning of a code, or by name without accents, phone or whole ID number of the applicant.

        A word is one or the other by its form: a question to both at once would read all dossiers. Names and
        numbers are of one table, so those are asked for together; ID numbers are encrypted and found whole.
        """
        found = self
        for word in text.split():
            if CODE_BEGINNING.match(word.upper()):
                found = found.filter(code__startswith=word.upper())
            else:
                named = Q(applicant__search_text__contains=fold(word))
                numbered = Q(applicant__id_number=word) if ID_NUMBER.fullmatch(word) else Q()
                found = found.filter(named | numbered)
        return found

    def without_id_numbers(self):
        """For work that needs nothing of them: they are encrypted, perhaps with a key that was lost."""
        return self.defer("submitter_id_number", "collector_id_number")

    def with_people(self):
        """What every list shows, in one query."""
        return self.select_related(
            "version__procedure", "applicant", "receiving_desk", "competent_agency", "holder", "holder_unit"
        )

    def with_people_apart(self):
        """The same for long lists: to plan a join of eight tables takes far longer than to read fifty rows."""
        return self.select_related("version__procedure", "applicant").prefetch_related(
            "receiving_desk", "competent_agency", "holder", "holder_unit"
        )
