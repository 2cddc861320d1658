"""Filing online: drafts with their uploads, and what was answered in the e-form."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.models.dossiers import Dossier
from onestop.triggers import not_emptied
from procedures import eforms
from procedures.models import Component, Procedure


class OnlineDraft(models.Model):
    """What a citizen has entered and not yet filed; nobody else sees it, and it is forgotten in the end."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="online_drafts"
    )
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="+")
    data = models.JSONField(default=dict)
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("draft of an online filing")
        verbose_name_plural = _("drafts of online filings")
        ordering = ["-saved_at"]
        constraints = [
            models.UniqueConstraint(name="online_draft_once", fields=["account", "procedure"]),
        ]


def part_name(upload, filename: str) -> str:
    """A name that tells nothing about the person or the paper."""
    return f"online/{upload.key.hex}"


class OnlineUpload(models.Model):
    """A file on its way into a draft, in pieces or whole; sizes in bytes."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    draft = models.ForeignKey(OnlineDraft, on_delete=models.CASCADE, related_name="uploads")
    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("file name"), max_length=255)
    size = models.PositiveBigIntegerField(_("size (bytes)"))
    received = models.PositiveBigIntegerField(_("received (bytes)"), default=0)
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=part_name, max_length=100)
    pages = models.PositiveIntegerField(_("pages"), default=0)
    completed_at = models.DateTimeField(_("complete since"), null=True, blank=True)
    touched_at = models.DateTimeField(_("last piece at"))

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="upload_not_empty", condition=Q(size__gt=0)),
            models.CheckConstraint(
                name="upload_not_more_than_its_size", condition=Q(received__lte=F("size"))
            ),
            models.CheckConstraint(
                name="upload_complete_when_all_is_there",
                condition=Q(completed_at__isnull=True) | Q(received=F("size")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OnlineFiling(models.Model):
    """What came with an online filing: the answers of the e-form, and the consent.

    The form is kept with its answers, so that they are read as they were asked. `key` is that of the draft:
    a draft is filed once, however often its page is sent.
    """

    key = models.UUIDField(unique=True, editable=False)
    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="online")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="filings")
    form = models.JSONField(_("e-form"))
    answers = models.JSONField(_("answers"))
    consented_at = models.DateTimeField(_("consent to the processing of personal data"))
    filed_at = models.DateTimeField(_("filed at"))

    class Meta:
        verbose_name = _("online filing")
        verbose_name_plural = _("online filings")
        ordering = ["-filed_at"]
        triggers = [
            pgtrigger.Protect(name="online_filing_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
            not_emptied("online_filing_not_emptied"),
        ]

    @property
    def shown(self) -> list[tuple[str, str]]:
        """Questions and answers as they are read."""
        return eforms.shown(self.form, self.answers, get_language() or "vi")
