"""What an access token may be used for; the role of its account still decides about each dossier."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Scope(TextChoices):
    """One purpose of a token (phạm vi của mã truy cập); every address of the API names the one it needs."""

    READ = "read", _("Read lists, dossiers and letters")
    FILE = "file", _("File online or by post, and complete filings")
    RECEIVE = "receive", _("Receive, scan, hand out: the work of the desk")
    PROCESS = "process", _("Process: take over, ask, decide")
    MONEY = "money", _("Take, waive and pay back fees")
    LETTERS = "letters", _("Write, approve, issue and send letters")
    WEBHOOKS = "webhooks", _("Set up webhooks and repeat their deliveries")
