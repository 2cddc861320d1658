"""Several dossiers in one go (tiếp nhận theo nhóm): a class, a village, or all that one person came for.

Each of them is an ordinary reception by the one door; only together they are all or nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, rules
from cases.enums import GroupKind, Verb
from cases.models import Applicant, Dossier, ReceptionGroup
from cases.services.applicants import ApplicantFacts, find_or_add
from cases.services.base import fitting_text, known_choice, required_text
from cases.services.checklist import ComponentFacts
from cases.services.reception import Prepared, numbered, prepare
from procedures.calendars import remembered_calendars
from procedures.models import Agency, Procedure
from procedures.text import fold


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One dossier of a group; `place` is where people find it, such as “Row 7”.

    `reception` is what else `receive` takes beside procedure, applicant, desk, person and checklist.
    """

    place: str
    procedure: Procedure
    applicant: ApplicantFacts
    components: list[ComponentFacts]
    reception: dict = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would become of a row: the sentence of its refusal, or its due moment and what is owed in VND."""

    row: GroupRow
    refusal: str = ""
    due_at: datetime | None = None
    owed: int = 0

    @property
    def is_possible(self) -> bool:
        return not self.refusal


def check_group(rows: Sequence[GroupRow], *, kind: str, desk: Agency, by) -> list[Foreseen]:
    """What would become of each row if the group were received now. Changes nothing.

    Each row is received and taken back before the next one: the counters of the desk are locked for one
    reception only, and nobody else at the desk waits for a preview. Raises what concerns all rows together
    (`NotPermitted`, `Invalid`).
    """
    _check_whole(rows, kind=kind, desk=desk, by=by)
    repeated = _repeated(rows)
    with remembered_calendars():
        return [
            Foreseen(row, refusal=repeated[number])
            if number in repeated
            else _foreseen(row, desk=desk, by=by)
            for number, row in enumerate(rows)
        ]


@remembered_calendars()
@transaction.atomic
def receive_group(
    rows: Sequence[GroupRow], *, kind: str, name: str, desk: Agency, by
) -> tuple[ReceptionGroup, list[Dossier]]:
    """Receive all rows as one group, or none: `Invalid` names the row that is refused, and why.

    Then nothing was changed and no number was used. First everything but the numbers, then the numbers of
    all: other receptions of the desk wait for the second, short part only. Raises `NotPermitted` for whoever
    is no clerk of the desk.
    """
    _check_whole(rows, kind=kind, desk=desk, by=by)
    name = required_text(
        name, field="name", sentence=_("Give the group a name, such as the class or the village.")
    )
    name = fitting_text(name, field="name", model=ReceptionGroup)
    for number, sentence in sorted(_repeated(rows).items()):
        raise _refused(rows[number], sentence)
    group = ReceptionGroup.objects.create(kind=kind, name=name, desk=desk, by=by, at=timezone.now())
    prepared = []
    for row, person in zip(rows, _people(rows), strict=True):
        with _refusals_named(row):
            prepared.append(_prepare(row, person, desk=desk, by=by))
    dossiers = []
    for row, reception in zip(rows, prepared, strict=True):
        with _refusals_named(row):
            dossiers.append(numbered(reception, by=by))
    Dossier.objects.filter(pk__in=[dossier.pk for dossier in dossiers]).update(group=group)
    for dossier in dossiers:
        dossier.group = group
    return group, dossiers


def _check_whole(rows: Sequence[GroupRow], *, kind: str, desk: Agency, by) -> None:
    if not rules.is_clerk_of(by, desk):
        raise errors.not_permitted(Verb.RECEIVE)
    known_choice(kind, GroupKind, field="kind")
    if not rows:
        raise errors.Invalid(_("There is nobody on the list."), code="empty_group", field="rows")
    if len(rows) > settings.GROUP_MAX_ROWS:
        raise errors.Invalid(
            _("%(count)s dossiers are too many at once; receive at most %(most)s in one group.")
            % {"count": len(rows), "most": settings.GROUP_MAX_ROWS},
            code="too_many",
            field="rows",
        )
    if kind == GroupKind.PEOPLE and len({row.procedure for row in rows}) > 1:
        raise errors.Invalid(
            _("A group of many people has one procedure only."), code="several_procedures", field="rows"
        )
    if kind == GroupKind.PROCEDURES:
        _check_one_person(rows)


def _check_one_person(rows: Sequence[GroupRow]) -> None:
    if len({_person_of(row.applicant) for row in rows}) > 1:
        raise errors.Invalid(
            _("A group of several procedures has one applicant only."), code="several_people", field="rows"
        )
    if not rows[0].applicant.id_number.strip():
        # Without a number each dossier would have an applicant of its own.
        raise errors.Invalid(
            _("Enter the ID or tax number: by it the dossiers belong to one person."),
            code="required",
            field="id_number",
        )


def _repeated(rows: Sequence[GroupRow]) -> dict[int, str]:
    """The sentence for each row that says again what an earlier one said, by its place among the rows."""
    first: dict[tuple, GroupRow] = {}
    found = {}
    for number, row in enumerate(rows):
        earlier = first.setdefault((row.procedure.pk, _person_of(row.applicant)), row)
        if earlier is not row:
            found[number] = _("The same person is already in %(place)s for this procedure. Take one out.") % {
                "place": earlier.place
            }
    return found


def _person_of(facts: ApplicantFacts) -> tuple:
    """Who it is: by the number; without one, by all that is known."""
    if number := facts.id_number.strip().upper():
        return facts.kind, number
    phone = "".join(filter(str.isdigit, facts.phone))
    return facts.kind, "", fold(facts.full_name), phone, fold(facts.address)


def _people(rows: Sequence[GroupRow]) -> list[Applicant]:
    """The applicant of each row, locked until the commit.

    All of them before any number is drawn, and in an order that all groups have in common: somebody who
    holds one of these people and waits for a number must never be waited for by who holds the numbers.
    """
    people = {}
    for place, row in sorted(enumerate(rows), key=lambda item: _person_of(item[1].applicant)):
        with _refusals_named(row):
            people[place] = find_or_add(row.applicant, seen=True)
    return [people[place] for place in range(len(rows))]


def _foreseen(row: GroupRow, *, desk: Agency, by) -> Foreseen:
    try:
        with transaction.atomic():
            person = find_or_add(row.applicant, seen=True)
            dossier = numbered(_prepare(row, person, desk=desk, by=by), by=by)
            foreseen = Foreseen(row, due_at=dossier.due_at, owed=dossier.fee_total)
            transaction.set_rollback(True)
    except errors.CaseError as error:
        return Foreseen(row, refusal=str(error.sentence))
    return foreseen


def _prepare(row: GroupRow, person: Applicant, *, desk: Agency, by) -> Prepared:
    """One checklist is filled in for a whole class: what lies in somebody's store is not asked for again."""
    return prepare(
        row.procedure, person, desk=desk, by=by, components=row.components, from_store=True, **row.reception
    )


@contextmanager
def _refusals_named(row: GroupRow) -> Iterator[None]:
    try:
        yield
    except errors.CaseError as error:
        raise _refused(row, str(error.sentence)) from error


def _refused(row: GroupRow, sentence: str) -> errors.Invalid:
    who = ", ".join(filter(None, [row.place, row.applicant.full_name.strip()[:100]]))
    return errors.Invalid(
        _("%(who)s: %(sentence)s Nothing was received.") % {"who": who, "sentence": sentence},
        code="row_refused",
        field="rows",
    )
