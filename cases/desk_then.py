"""What lay at the desk at a past moment: hand-overs, filings and messages given up; for inspection (`?as_of=`).

Deadlines inside the house move without an event, and a message is put back without one: `ReplacedMoment` and
`MessageTurn` keep both with their times. Of a moment before the first of them nothing is guessed.
"""

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from cases.as_of import Past, in_the_office, with_facts_then
from cases.enums import State
from cases.models import Dossier, NotedSince, Replaced, ReplacedMoment, Supplement
from notifications.models import Message
from procedures.enums import Channel

REPLACED, GIVEN_UP = "replaced_moments", "given_up"  # the names of `NotedSince`


def not_noted_yet(past: Past) -> dict[str, NotedSince]:
    """What was not kept with its time at that moment yet, by name; empty where it always was."""
    return NotedSince.objects.filter(at__gt=past.moment).in_bulk()


def lying_at_the_desk_then(found: QuerySet[Dossier], past: Past) -> QuerySet[Dossier]:
    """Should have left the desk by then and had not (R16); what was filed online passes at once."""
    # The first condition is one of the row itself: what had left the desk needs no look at its events.
    there = found.filter(Q(transferred_at=None) | Q(transferred_at__gt=past.moment))
    lying = in_the_office(there.exclude(channel=Channel.ONLINE), past, [State.RECEIVED])
    return lying.annotate(transfer_then=_moment(Replaced.TRANSFER, past)).filter(
        transfer_then__lt=past.minute
    )


def filings_to_answer_then(found: QuerySet[Dossier], past: Past, *, late: bool = False) -> QuerySet[Dossier]:
    """Filings that waited for the desk, not for the applicant (R10); `late`: whose answer was overdue.

    With the facts of then and `answer_by_then`: when the answer was due, or else the filing itself.
    """
    requests = Supplement.objects.filter(before_reception=True)
    asked = requests.filter(dossier=OuterRef("pk"), asked_at__lte=past.moment).filter(
        Q(answered_at=None) | Q(answered_at__gt=past.moment)
    )
    # What was completed since counts as filed since.
    asked_later = Dossier.objects.filter(pk__in=requests.filter(asked_at__gt=past.moment).values("dossier"))
    there = Dossier.objects.filed_by(past.moment).order_by().values("pk")
    there = there.union(asked_later.order_by().values("pk"))
    waiting = with_facts_then(found.filter(pk__in=there), past).filter(
        ~Exists(asked), state_then=State.SUBMITTED
    )
    waiting = waiting.annotate(answer_then=_moment(Replaced.ANSWER, past)).annotate(
        answer_by_then=Coalesce("answer_then", _moment(Replaced.FILED, past))
    )
    return waiting.filter(answer_then__lt=past.minute) if late else waiting


def given_up_then(found: QuerySet[Message], past: Past) -> QuerySet[Message]:
    """Messages among these that waited for a person, after their last attempt."""
    return found.dead_at(past.moment)


def _moment(name: Replaced, past: Past) -> Coalesce:
    """What the first later move replaced; without one, what stands there now."""
    later = ReplacedMoment.objects.filter(dossier=OuterRef("pk"), name=name, at__gt=past.moment)
    return Coalesce(Subquery(later.order_by("at", "pk").values("was")[:1]), F(name.value))
