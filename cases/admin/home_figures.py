"""The figures of the first page by role; each counts no further than anybody reads and links to its list."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from cases import waiting
from cases.admin.scope import messages_of, visible
from cases.apologies_due import must_go_out_today
from cases.enums import State
from cases.letters import letters_about
from cases.lists import narrowed
from cases.models import Consultation
from cases.morning import open_breaches, without_a_reason
from cases.queries import unreported_payments
from cases.registers import copies_to_sign
from cases.services.drafts import drafts_of
from cases.services.exchange_answers import requests_to_answer
from onestop import access
from onestop.keyset import COUNTED, count_up_to
from procedures.enums import Role
from procedures.models import Staff, works_in
from procedures.services.substitutes import without_substitute


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its meaning; the colour only when there is something behind it."""

    label: str
    count: int
    link: str
    colour: str = "info"

    @property
    def shown(self) -> str:
        if self.count > COUNTED:
            return f"{number_format(COUNTED, force_grouping=True)}+"
        return str(self.count)

    @property
    def shade(self) -> str:
        return self.colour if self.count else "none"


def figures(user) -> list[Figure]:
    """What this person has to know first; each is one query."""
    found = _of_the_role(user) if access.sees_dossiers(user) else []
    if access.keeps_people(user):
        found.append(_without_substitute(user))
    if access.sees_messages(user):
        found.append(_dead_messages(user))
    return found


def _of_the_role(user) -> list[Figure]:
    if access.receives(user):
        return _of_a_clerk(user)
    if user.role == Role.OFFICER:
        return _of_an_officer(user)
    return _of_a_supervisor(user)


def _of_a_clerk(user) -> list[Figure]:
    """Of the own desk only: what other desks received for this agency is for them to do."""
    mine = _Dossiers(user)
    return [
        mine.figure(_("Filings to answer"), "answer=waiting&place=desk"),
        *_tickets(user),
        mine.figure(_("To be digitized"), f"state={State.RECEIVED}&place=desk", "warning"),
        mine.figure(_("Lying at the desk too long"), "transfer=lying&place=desk", "danger"),
        mine.figure(_("Ready to hand over"), f"state={State.PAID}&place=desk", "success"),
        mine.figure(_("Waiting for supplement"), f"state={State.SUPPLEMENT}&place=desk"),
        mine.figure(_("Received today"), "received=today&place=desk"),
        Figure(_("My drafts"), count_up_to(drafts_of(user)), reverse("admin:reception"), "warning"),
        Figure(
            _("Payments to report"), count_up_to(unreported_payments(user)), reverse("admin:cash"), "warning"
        ),
        mine.overdue(),
    ]


def _tickets(user) -> list[Figure]:
    if not user.workplace.is_reception_desk:
        return []
    return [
        Figure(_("Waiting with a number"), len(waiting.waiting_at(user.workplace)), reverse("admin:calling"))
    ]


def _of_an_officer(user) -> list[Figure]:
    mine = _Dossiers(user)
    asked = Consultation.objects.to_answer_by(user)
    from_others = requests_to_answer(user)
    return [
        mine.figure(_("My queue"), "holder=me"),
        mine.figure(_("To be taken over"), f"state={State.DIGITIZED}&place=agency", "warning"),
        mine.figure(_("Waiting for supplement"), f"state={State.SUPPLEMENT}&place=agency"),
        Figure(
            _("Questions to my agency"),
            count_up_to(asked) + count_up_to(from_others),
            reverse("admin:questions"),
            "warning",
        ),
        mine.figure(_("Asked to clarify"), "asked=clarify&holder=me"),
        mine.overdue(),
        mine.figure(_("Due today"), "due=today", "warning"),
        mine.figure(_("Due on the next working day"), "due=tomorrow", "warning"),
    ]


def _of_a_supervisor(user) -> list[Figure]:
    mine = _Dossiers(user)
    letters = letters_about(mine.all)
    return [
        mine.overdue(),
        _breaches(mine.all),
        mine.figure(_("Due today"), "due=today", "warning"),
        mine.figure(_("Due on the next working day"), "due=tomorrow", "warning"),
        _apologies_of_today(mine.all),
        _letters(_("Drafts waiting for a reason"), without_a_reason(letters), "no_reason", "warning"),
        _letters(_("Letters waiting"), letters.open(), "open", "warning"),
        *_copies_to_sign(user),
        mine.figure(_("Late transfers"), "transfer=lying", "danger"),
        mine.figure(_("Filings to answer"), "answer=waiting"),
        mine.figure(_("Answers that are late"), "answer=late", "danger"),
        mine.figure(_("Received today"), "received=today"),
        mine.figure(_("Ready to hand over"), f"state={State.PAID}", "success"),
        mine.figure(_("Held by somebody who works elsewhere"), "holder=elsewhere", "danger"),
    ]


def _copies_to_sign(user) -> list[Figure]:
    """Only while there are some: most offices have none ever."""
    if not access.sees_copies_to_sign(user) or not (waiting := count_up_to(copies_to_sign(user))):
        return []
    link = reverse("admin:copies_to_sign")
    return [Figure(_("Electronic copies to be signed"), waiting, link, "warning")]


def _letters(label, found, state: str, colour: str) -> Figure:
    link = reverse("admin:notifications_letter_changelist")
    return Figure(label, count_up_to(found), f"{link}?state={state}", colour)


def _breaches(dossiers) -> Figure:
    found = open_breaches(dossiers)
    return Figure(
        _("Late without an apology"), count_up_to(found), f"{reverse('admin:breaches')}?open=1", "danger"
    )


def _apologies_of_today(dossiers) -> Figure:
    found, link = must_go_out_today(dossiers), f"{reverse('admin:apologies')}?show=today"
    return Figure(_("Apologies that must go out today"), count_up_to(found), link, "danger")


class _Dossiers:
    """Counts of the dossier list by the filters of its address, so that figure and list are one question."""

    def __init__(self, user):
        self.user, self.all = user, visible(user)

    def figure(self, label, query: str, colour: str = "info") -> Figure:
        found = self.all
        for part in query.split("&"):
            name, _equals, value = part.partition("=")
            found = narrowed(found, name, value, self.user)
        link = reverse("admin:cases_dossier_changelist")
        return Figure(label, count_up_to(found), f"{link}?{query}", colour)

    def overdue(self) -> Figure:
        return Figure(_("Overdue now"), count_up_to(self.all.overdue()), reverse("admin:overdue"), "danger")


def _without_substitute(user) -> Figure:
    people = Staff.objects.filter(works_in(access.agencies_of(user)))
    link = reverse("admin:absences") + "#without-a-substitute"
    return Figure(_("Without a substitute"), without_substitute(people).count(), link, "warning")


def _dead_messages(user) -> Figure:
    dead = messages_of(user).dead()
    link = reverse("admin:notifications_message_changelist")
    return Figure(_("Messages given up"), count_up_to(dead), f"{link}?state=dead", "danger")
