"""Texts of notices that the office wrote itself; an edit is a new version, and no version ever changes."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from notifications.enums import NOTICE_KINDS, MessageChannel, MessageKind
from notifications.notices import NoticeText
from onestop.triggers import not_emptied


class NoticeTemplateQuerySet(models.QuerySet):
    def of(self, kind: str, language: str, channel: str):
        """All versions of one text, the newest first."""
        return self.filter(kind=kind, language=language, channel=channel).order_by("-version")

    def begun(self, now: datetime):
        return self.filter(active_from__lte=now)


class NoticeTemplate(models.Model):
    """One version of the text of an event in a language, for one channel or (blank) for all others.

    Of the versions that have begun the newest counts. One with `built_in` has no text of its own: from
    then on the text that comes with the program is used again.
    """

    kind = models.CharField(_("event"), max_length=30, choices=MessageKind.choices)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    channel = models.CharField(_("channel"), max_length=10, choices=MessageChannel.choices, blank=True)
    version = models.PositiveIntegerField(_("version"))
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"), blank=True)
    built_in = models.BooleanField(_("the built-in text again"), default=False)
    active_from = models.DateTimeField(_("active from"))
    created_at = models.DateTimeField(_("saved at"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("saved by")
    )

    objects = NoticeTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("text of a notice")
        verbose_name_plural = _("texts of notices")
        ordering = ["kind", "language", "channel", "-version"]
        constraints = [
            models.UniqueConstraint(
                name="notice_template_version_once", fields=["kind", "language", "channel", "version"]
            ),
            models.CheckConstraint(
                name="notice_template_of_a_notice", condition=Q(kind__in=sorted(NOTICE_KINDS))
            ),
            models.CheckConstraint(
                name="notice_template_language_known",
                condition=Q(language__in=[code for code, _name in settings.LANGUAGES]),
            ),
            models.CheckConstraint(
                name="notice_template_channel_known", condition=Q(channel__in=["", *MessageChannel.values])
            ),
            models.CheckConstraint(
                name="notice_template_text_or_built_in",
                condition=Q(built_in=True, subject="", body="")
                | (Q(built_in=False) & ~Q(subject="") & ~Q(body="")),
            ),
        ]
        triggers = [
            not_emptied("notice_template_not_emptied"),
            pgtrigger.Protect(
                name="notice_template_only_added", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        about = [self.get_kind_display(), self.get_language_display(), self.get_channel_display()]
        return f"{', '.join(filter(None, map(str, about)))} ({self.version})"

    @property
    def text(self) -> NoticeText:
        return NoticeText(self.subject, self.body)
