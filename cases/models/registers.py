"""Yearly registers of certifications and extracts (sổ chứng thực, sổ cấp trích lục)."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.dossiers import Dossier
from cases.models.triggers import only_if
from onestop.triggers import not_emptied, only_forward
from procedures.enums import RegisterKind
from procedures.models import Agency


class RegisterBook(models.Model):
    """One register of one agency and year: numbers from 1 without a gap (Decree 23/2015, Circular 01/2020).

    Its row stays locked until the entry commits; after closing nothing is added.
    """

    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="register_books", verbose_name=_("agency")
    )
    kind = models.CharField(_("register"), max_length=12, choices=RegisterKind.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    last_number = models.PositiveIntegerField(_("last number"), default=0)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("register")
        verbose_name_plural = _("registers")
        ordering = ["-year", "agency", "kind"]
        constraints = [
            models.UniqueConstraint(name="register_book_once", fields=["agency", "kind", "year"]),
            models.CheckConstraint(name="register_kind_known", condition=Q(kind__in=RegisterKind.values)),
        ]
        triggers = [
            not_emptied("register_book_not_emptied"),
            pgtrigger.Protect(name="register_book_not_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="register_book_closed_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__closed_at__isnull=False),
            ),
            only_forward("register_book_only_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.year}"


class RegisterEntryQuerySet(models.QuerySet):
    def awaiting_signature(self):
        """Electronic copies that the head has not signed; see `RegisterEntry.awaits_signature`."""
        return self.filter(is_electronic=True, signed_at__isnull=True, voided_at__isnull=True)


class RegisterEntry(models.Model):
    """One line of a register (số chứng thực): what was certified, for whom, by whom; only added.

    Of an electronic copy it is noted afterwards when the head signed it, or that it became void before.
    """

    book = models.ForeignKey(RegisterBook, on_delete=models.PROTECT, related_name="entries", db_index=False)
    number = models.PositiveIntegerField(_("number"))
    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="register_entry")
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    person = models.CharField(_("for whom"), max_length=300)
    paper = models.CharField(_("what was certified"), max_length=500)
    pages = models.PositiveIntegerField(_("pages of one copy"), default=1)
    copies = models.PositiveIntegerField(_("copies"), default=1)
    signer = models.CharField(_("signer"), max_length=150)
    amount = models.PositiveBigIntegerField(_("fee (VND)"), default=0)
    is_electronic = models.BooleanField(_("electronic copy"), default=False)
    signed_at = models.DateTimeField(_("signed at"), null=True)  # an electronic copy, by the head
    voided_at = models.DateTimeField(_("void since"), null=True)  # before the signature; its number stays

    objects = RegisterEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("register entry")
        verbose_name_plural = _("register entries")
        ordering = ["book", "number"]
        constraints = [
            models.UniqueConstraint(name="register_number_once", fields=["book", "number"]),
            models.CheckConstraint(
                name="register_entry_counts", condition=Q(number__gte=1, pages__gte=1, copies__gte=1)
            ),
            models.CheckConstraint(
                name="register_entry_says_what", condition=~Q(person="") & ~Q(paper="") & ~Q(signer="")
            ),
        ]
        indexes = [
            # What the head has still to sign: little, among all that was ever certified.
            models.Index(
                fields=["at"],
                name="register_entry_to_sign",
                condition=Q(is_electronic=True, signed_at__isnull=True, voided_at__isnull=True),
            ),
        ]
        triggers = [
            not_emptied("register_entry_not_emptied"),
            pgtrigger.Protect(name="register_entry_only_added", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="register_entry_as_entered", exclude=["signed_at", "voided_at"]),
            pgtrigger.Protect(
                name="register_entry_signed_or_void_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__signed_at__isnull=False)
                | pgtrigger.Q(old__voided_at__isnull=False),
            ),
            only_if(
                "register_entry_with_a_drawn_number",
                """
                EXISTS (SELECT 1 FROM cases_registerbook book
                         WHERE book.id = NEW.book_id AND NEW.number <= book.last_number)
                """,
                "an entry has a number that its register has given out",
            ),
        ]

    @property
    def awaits_signature(self) -> bool:
        """An electronic copy that the head has not signed: it is no certified copy yet."""
        return self.is_electronic and self.signed_at is None and self.voided_at is None
