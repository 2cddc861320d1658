"""How facts are shown on the pages of the back office: badges, dates with the days left, masked addresses."""

from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import deadlines
from cases.enums import STATE_COLOURS, State
from cases.events import local_text
from cases.models import Dossier
from cases.responsibility import Holder, Party, WaitGround
from onestop.admin import badge
from procedures.working_time import WorkCalendar, minute_of

ANSWER_SOON_MINUTES = 120


def state_badge(dossier: Dossier) -> SafeString:
    return badge(dossier.get_state_display(), STATE_COLOURS[State(dossier.state)])


def answer_due(dossier: Dossier, now: datetime | None = None) -> SafeString | str:
    """Until when a filing is answered, and whether that is over; nothing once it is answered (R10)."""
    if dossier.state != State.SUBMITTED or dossier.answer_due_at is None:
        return ""
    late = dossier.answer_due_at < minute_of(now or timezone.now())
    words = badge(_("answer is late"), "danger") if late else badge(_("answer by then"), "info")
    return format_html(
        '<span class="os-due"><span>{}</span> {}</span>', local_text(dossier.answer_due_at), words
    )


def time_to_answer(filing: Dossier, calendar: WorkCalendar, now: datetime) -> SafeString:
    """What is left of the working hours for the answer, such as “3 h 20 min left”, or how long it is late (R10)."""
    due = filing.answer_due_at
    if due is None:
        return badge(_("somebody waits at the desk"), "info")
    now = minute_of(now)
    if due < now:
        late = calendar.working_minutes_between(due, now)
        # On a day off nothing has been lost yet, but the hours are over.
        words = _("%(time)s late") % {"time": duration(late)} if late else _("answer is late")
        return badge(words, "danger")
    left = calendar.working_minutes_between(now, due)
    colour = "warning" if left <= ANSWER_SOON_MINUTES else "success"
    return badge(_("%(time)s left") % {"time": duration(left)}, colour)


def days_left_text(days: int) -> str:
    """Such as “2 working days left” and “3 working days overdue”."""
    if days < 0:
        return ngettext("%(days)d working day overdue", "%(days)d working days overdue", -days) % {
            "days": -days
        }
    if days == 0:
        return _("due today")
    return ngettext("%(days)d working day left", "%(days)d working days left", days) % {"days": days}


def days_left_colour(days: int) -> str:
    if days < 0:
        return "danger"
    return "warning" if days <= 1 else "info" if days == 2 else "success"


def due_with_words(dossier: Dossier, days: int | None) -> SafeString:
    """The due date and, while the clock runs, how far away it is; else how it ended."""
    if dossier.due_at is None:
        return SafeString("–")
    words = ""
    if days is not None:
        words = badge(days_left_text(days), days_left_colour(days))
    elif dossier.finished_at:
        words = punctuality_badge(dossier.due_at, dossier.finished_at)
    elif dossier.state == State.SUPPLEMENT:
        words = badge(_("the clock stands"), "info")
    return format_html('<span class="os-due"><span>{}</span> {}</span>', local_text(dossier.due_at), words)


PUNCTUALITY_COLOURS = {
    deadlines.Punctuality.EARLY: "success",
    deadlines.Punctuality.ON_TIME: "success",
    deadlines.Punctuality.LATE: "danger",
}


def punctuality_badge(due_at, done_at) -> SafeString:
    return how_badge(deadlines.punctuality(due_at, done_at))


def how_badge(how: deadlines.Punctuality) -> SafeString:
    return badge(how.label, PUNCTUALITY_COLOURS[how])


def moment(value) -> str:
    """dd/mm/yyyy hh:mm in Asia/Ho_Chi_Minh; a dash for nothing."""
    return local_text(value) if value else "–"


def duration(minutes: int) -> str:
    """Hours and minutes: “61 h 30 min”."""
    hours, rest = divmod(minutes, 60)
    return _("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": rest}


def used_by(holder: Holder) -> str:
    """Who used a stretch of time; of the applicant also what for: “Applicant: supplement”."""
    who = str(Party(holder.party).label)
    return f"{who}: {WaitGround(holder.ground).label}" if holder.ground else who


def money(amount: int) -> str:
    """`15.000 đ`."""
    return f"{amount:,} đ".replace(",", ".")


def masked(recipient: str) -> str:
    """Enough of an address to recognise it, too little to use it: `ng•••@vidu.example`, `••• ••• 123`."""
    name, at, domain = recipient.partition("@")
    return f"{name[:2]}•••@{domain}" if at else f"••• ••• {recipient[-3:]}"
