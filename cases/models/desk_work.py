"""What a desk keeps while it works: drafts of receptions, groups, saved lists, exports."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.enums import ExportState, GroupKind
from onestop.fields import EncryptedCharField, EncryptedJSONField
from procedures.models import Agency, Procedure


class ReceptionDraft(models.Model):
    """What a clerk has typed and not yet received; nobody else sees it, and it is soon forgotten.

    `key` is the hidden number of the page, so that the draft ends with the dossier that came of it.
    """

    clerk = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="+")
    label = EncryptedCharField(_("for whom"), max_length=300, blank=True)
    data = EncryptedJSONField(default=dict)
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("draft of a reception")
        verbose_name_plural = _("drafts of receptions")
        ordering = ["-saved_at"]
        constraints = [models.UniqueConstraint(name="reception_draft_once", fields=["clerk", "key"])]


class ReceptionGroup(models.Model):
    """Dossiers that were received together (tiếp nhận theo nhóm): of a class, a village, or of one person."""

    kind = models.CharField(_("kind"), max_length=12, choices=GroupKind.choices)
    name = models.CharField(_("name"), max_length=200)
    desk = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="reception_groups", verbose_name=_("receiving desk")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("group of dossiers")
        verbose_name_plural = _("groups of dossiers")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(name="reception_group_kind_known", condition=Q(kind__in=GroupKind.values)),
            models.CheckConstraint(name="reception_group_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class SavedList(models.Model):
    """Filters of the dossier list under a name; of one person."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_lists")
    name = models.CharField(_("name"), max_length=100)
    query = models.CharField(_("filters"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("saved list")
        verbose_name_plural = _("saved lists")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(name="saved_list_once", fields=["user", "name"])]

    def __str__(self) -> str:
        return self.name


class ListColumns(models.Model):
    """Which columns of the dossier list a person wants to see, in their order."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    columns = ArrayField(models.CharField(max_length=40), default=list)


class ExportForm(models.TextChoices):
    """What a worker writes; `query` names the filters of a list, or agency and period of a report."""

    LIST = "list", _("List of dossiers (Excel)")
    REPORT_EXCEL = "report_excel", _("Report (Excel)")
    REPORT_PDF = "report_pdf", _("Report (PDF)")


class ListExport(models.Model):
    """One list or report on its way into a file, written by a worker; soon forgotten, it names people."""

    form = models.CharField(_("what"), max_length=12, choices=ExportForm.choices, default=ExportForm.LIST)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    query = models.CharField(_("filters"), max_length=1000, blank=True)
    columns = ArrayField(models.CharField(max_length=40), default=list)
    language = models.CharField(max_length=5, default="vi")
    state = models.CharField(
        _("state"), max_length=10, choices=ExportState.choices, default=ExportState.WAITING
    )
    rows_done = models.PositiveIntegerField(_("rows written"), default=0)
    rows_about = models.PositiveIntegerField(_("rows, about"), default=0)
    file = models.FileField(upload_to="exports/", max_length=300, blank=True)
    problem = models.CharField(_("what went wrong"), max_length=300, blank=True)
    asked_at = models.DateTimeField(_("asked at"))
    touched_at = models.DateTimeField(null=True, editable=False)  # last sign of life of the worker
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("export of a list")
        verbose_name_plural = _("exports of lists")
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(name="list_export_state_known", condition=Q(state__in=ExportState.values)),
            models.CheckConstraint(name="list_export_form_known", condition=Q(form__in=ExportForm.values)),
        ]
