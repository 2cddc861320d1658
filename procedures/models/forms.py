"""Forms that applicants fill in (mẫu đơn, mẫu tờ khai): published with a version, downloaded by everybody."""

import uuid
from pathlib import PurePath

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procedures.models.catalogue import Component, LocalName, ProcedureVersion


def storage_name(form, filename: str) -> str:
    """Beside the papers of dossiers but apart from them; the name that people see is kept in the row."""
    return f"forms/{uuid.uuid4().hex}{PurePath(filename).suffix.lower()}"


class ProcedureForm(LocalName):
    """One form of a version (R1): a file kept here, the address of the publisher, or both."""

    version = models.ForeignKey(ProcedureVersion, on_delete=models.CASCADE, related_name="forms")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    component = models.ForeignKey(
        Component,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="forms",
        verbose_name=_("component"),
        help_text=_("The paper that this form becomes when it is filled in"),
    )
    file = models.FileField(_("file"), upload_to=storage_name, max_length=300, blank=True)
    file_name = models.CharField(_("file name"), max_length=255, blank=True, editable=False)
    mime_type = models.CharField(_("type"), max_length=100, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("size (bytes)"), default=0, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    source_url = models.URLField(_("address of the publisher"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("form to fill in")
        verbose_name_plural = _("forms to fill in")
        ordering = ["version_id", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="form_has_file_or_source",
                condition=~Q(file="") | ~Q(source_url=""),
                violation_error_message=_("A form needs a file, or the address where it is published."),
            ),
            # A file is served as what its content is, so without a known content there is no file.
            models.CheckConstraint(
                name="form_file_is_known",
                condition=Q(file="") | (Q(size__gt=0) & ~Q(mime_type="") & ~Q(sha256="") & ~Q(file_name="")),
            ),
        ]
