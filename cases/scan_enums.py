"""How far the search for text in a scan has come; pure."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TextState(TextChoices):
    """Where the search for text in a scan stands (OCR)."""

    NONE = "", _("Not looked for")
    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Searchable")
    FAILED = "failed", _("No text was found")


class TextFault(TextChoices):
    """Why a scan could not be made searchable, in words for whoever scanned it."""

    WORDLESS = "wordless", _("no words can be read on it")
    SLOW = "slow", _("reading it took too long")
    TOOL = "tool", _("the reading program gave up; why stands in the log of the workers")
    BROKEN = "broken", _("the reading program cannot open it")
    LOST = "lost", _("its file is not in the store any more; scan it again")
