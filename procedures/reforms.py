"""Reform of procedures (cải cách thủ tục hành chính): what its tasks are about and how they stand; pure."""

from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ReformKind(TextChoices):
    """What a task does."""

    INTERNAL = "internal", _("Review or cut of an internal procedure")
    CUT = "cut", _("Cut of a procedure or a business condition")
    SIMPLIFICATION = "simplification", _("Simplification of a procedure or of papers")
    DECENTRALISATION = "decentralisation", _("Decentralisation")
    PROJECT_06 = "project_06", _("Project 06 (population data, electronic identification)")
    DIGITAL = "digital", _("Online services and digitisation")
    OTHER = "other", _("Another task")


class ReformStanding(TextChoices):
    """How a task stands on a day; follows from its dates and is never stored."""

    FINISHED = "finished", _("Finished")
    IN_PROGRESS = "in_progress", _("In progress")
    OVERDUE = "overdue", _("Overdue")


STANDING_COLOURS = {
    ReformStanding.FINISHED: "success",
    ReformStanding.IN_PROGRESS: "info",
    ReformStanding.OVERDUE: "danger",
}


class ReformEntryKind(TextChoices):
    """What was entered in the history of a task."""

    ADDED = "added", _("Task added")
    CHANGED = "changed", _("Task changed")
    PROGRESS = "progress", _("Progress reported")
    FINISHED = "finished", _("Reported as finished")
    REOPENED = "reopened", _("Opened again")


def standing(due_on: date | None, finished_on: date | None, today: date) -> ReformStanding:
    """Finished by that day, else overdue from the day after the due one; a regular task has no due day."""
    if finished_on is not None and finished_on <= today:
        return ReformStanding.FINISHED
    if due_on is not None and due_on < today:
        return ReformStanding.OVERDUE
    return ReformStanding.IN_PROGRESS
