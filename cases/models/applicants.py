"""Applicants (tổ chức, cá nhân nộp hồ sơ)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.enums import ApplicantKind, NoticeChannel
from cases.notice_topics import OPTIONAL_TOPICS, NoticeTopic
from onestop.encryption import keyed_hash
from onestop.fields import EncryptedCharField, KeyedHashField
from procedures.text import fold


class ApplicantQuerySet(models.QuerySet):
    def with_id_number(self, number: str):
        """Whoever has exactly this ID or tax number, however it was typed; nobody for none."""
        return self.filter(id_hash=keyed_hash(number)) if number.strip() else self.none()


class Applicant(models.Model):
    """A person or organisation that applies (chủ hồ sơ), found again by its ID or tax number."""

    kind = models.CharField(
        _("kind"), max_length=20, choices=ApplicantKind.choices, default=ApplicantKind.CITIZEN
    )
    full_name = models.CharField(_("name"), max_length=300)
    id_number = EncryptedCharField(
        _("ID or tax number"), max_length=20, blank=True, hashed_in="id_hash", may_be_marked=True
    )
    id_hash = KeyedHashField(of="id_number")
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    address = models.CharField(_("address"), max_length=400, blank=True)
    language = models.CharField(_("language of notices"), max_length=5, default="vi")
    notice_channels = ArrayField(
        models.CharField(max_length=10, choices=NoticeChannel.choices),
        verbose_name=_("notices by"),
        default=list,
        blank=True,
    )
    notices_off = ArrayField(
        models.CharField(max_length=12, choices=NoticeTopic.choices),
        verbose_name=_("does without notices of"),
        default=list,
        blank=True,
        editable=False,
    )
    search_text = models.TextField(editable=False, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ApplicantQuerySet.as_manager()

    class Meta:
        verbose_name = _("applicant")
        verbose_name_plural = _("applicants")
        ordering = ["full_name"]
        constraints = [
            # One row per person, so that papers handed in once are found again (R13).
            models.UniqueConstraint(
                name="applicant_id_number_once", fields=["kind", "id_hash"], condition=~Q(id_hash="")
            ),
            models.CheckConstraint(
                name="applicant_id_number_encrypted",
                condition=Q(id_number="", id_hash="") | (Q(id_number__encrypted=True) & ~Q(id_hash="")),
            ),
            models.CheckConstraint(name="applicant_has_a_name", condition=~Q(full_name="")),
            # What the law demands is told to everybody.
            models.CheckConstraint(
                name="applicant_is_told_what_the_law_demands",
                condition=Q(notices_off__contained_by=list(OPTIONAL_TOPICS)),
            ),
        ]
        indexes = [
            # Search box of the dossier list: names without accents.
            GinIndex(fields=["search_text"], name="applicant_search", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["phone"], name="applicant_phone"),
            # The search box again: an ID number as a whole, of whichever kind.
            models.Index(fields=["id_hash"], name="applicant_id_hash", condition=~Q(id_hash="")),
        ]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args, **kwargs):
        """The number is not in the text that is searched: it is found whole, by its hash."""
        self.search_text = fold(f"{self.full_name} {self.phone}")
        if (changed := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*changed, "search_text"}
        super().save(*args, **kwargs)

    @property
    def channels_in_words(self) -> str:
        return ", ".join(str(NoticeChannel(channel).label) for channel in self.notice_channels)

    @property
    def topics_off_in_words(self) -> str:
        """What the applicant does without: notices that the law does not demand."""
        return ", ".join(str(NoticeTopic(topic).label) for topic in self.notices_off)

    def addresses(self) -> list[tuple[str, str]]:
        """(channel, recipient) pairs that the applicant chose and that can be reached."""
        known = {"email": self.email, "sms": self.phone, "zalo": self.phone}
        return [(channel, known[channel]) for channel in self.notice_channels if known.get(channel)]
