"""Scanned and uploaded files; stored outside the web root."""

import uuid
from pathlib import PurePath

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.enums import DocumentSource
from cases.models import recounting
from cases.models.dossiers import Dossier, DossierComponent
from cases.scan_enums import TextFault, TextState


def storage_name(document, filename: str) -> str:
    """A name that tells nothing about the person: month and a random number, the suffix kept."""
    return f"{document.added_at:%Y/%m}/{uuid.uuid4().hex}{PurePath(filename).suffix.lower()}"


class Document(models.Model):
    """One file of a dossier (tệp giấy tờ): scan, upload, reused paper or result.

    Without a dossier it is a paper of somebody's store, and its dossier is in the archive (`cases.archive`).
    """

    dossier = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, null=True, editable=False, related_name="documents"
    )
    component = models.ForeignKey(
        DossierComponent, on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    source = models.CharField(_("source"), max_length=10, choices=DocumentSource.choices)
    name = models.CharField(_("file name"), max_length=255)
    file = models.FileField(upload_to=storage_name, max_length=300)
    mime_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size (bytes)"))
    pages = models.PositiveIntegerField(_("pages"), default=1)
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField(_("added at"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    searchable = models.FileField(
        _("searchable copy"), upload_to=storage_name, max_length=300, blank=True, editable=False
    )
    text = models.TextField(_("text found in it"), blank=True, editable=False)
    text_state = models.CharField(
        _("text search"), max_length=10, choices=TextState.choices, blank=True, default=TextState.NONE
    )
    text_fault = models.CharField(
        _("why no text was found"), max_length=10, choices=TextFault.choices, blank=True, editable=False
    )

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["added_at", "pk"]
        constraints = [
            models.CheckConstraint(name="document_not_empty", condition=Q(size__gt=0)),
            models.CheckConstraint(
                name="document_text_search_known",
                condition=Q(text_state__in=TextState.values, text_fault__in=["", *TextFault.values]),
            ),
        ]
        indexes = [models.Index(fields=["sha256"], name="document_by_hash")]
        triggers = recounting.OF_DOCUMENTS

    def __str__(self) -> str:
        return self.name
