"""When an applicant chose other notices, only ever added."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.applicants import Applicant
from onestop.triggers import not_emptied


class NoticeChange(models.Model):
    """One change of how or of what an applicant is told; `by` is empty when the applicant did it."""

    class What(models.TextChoices):
        CHANNELS = "channels", _("Channels")
        TOPICS_OFF = "topics_off", _("Switched off")

    class Via(models.TextChoices):
        FILING = "filing", _("At a filing")
        LINK = "link", _("By the link in an e-mail")

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="notice_changes")
    what = models.CharField(_("what was changed"), max_length=12, choices=What.choices)
    via = models.CharField(_("how it was asked for"), max_length=12, choices=Via.choices)
    before = ArrayField(models.CharField(max_length=12), verbose_name=_("before the change"), blank=True)
    after = ArrayField(models.CharField(max_length=12), verbose_name=_("after the change"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("change of notices")
        verbose_name_plural = _("changes of notices")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(name="notice_change_changes", condition=~Q(before=models.F("after")))
        ]
        triggers = [
            not_emptied("notice_change_not_emptied"),
            pgtrigger.Protect(name="notice_change_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()}, {timezone.localtime(self.at):%d/%m/%Y %H:%M}"
