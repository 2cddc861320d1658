"""The yearly register of letter numbers (sổ đăng ký văn bản đi)."""

import pgtrigger
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from onestop.triggers import not_emptied, only_forward


class LetterRegisterQuerySet(models.QuerySet):
    def next_number(self, *, agency_identifier: str, kind: str, year: int) -> int:
        """Allot the next number, from 1 each year.

        Gapless: the register's row stays locked until the caller's transaction ends, so numbers are
        allotted one after another, and a rolled-back issue gives its number back.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                f"""INSERT INTO {self.model._meta.db_table} AS register
                        (agency_identifier, kind, year, last_number) VALUES (%s, %s, %s, 1)
                    ON CONFLICT ON CONSTRAINT letter_register_once
                    DO UPDATE SET last_number = register.last_number + 1
                    RETURNING last_number""",
                [agency_identifier, kind, year],
            )
            return cursor.fetchone()[0]

    def coming_number(self, *, agency_identifier: str, kind: str, year: int) -> int:
        """The number that would be allotted now; nothing is locked, so somebody else may still take it."""
        row = self.filter(agency_identifier=agency_identifier, kind=kind, year=year).first()
        return row.last_number + 1 if row else 1


class LetterRegister(models.Model):
    """The last number that an agency gave to letters of a kind in a year."""

    agency_identifier = models.CharField(_("agency"), max_length=35)
    kind = models.CharField(_("kind"), max_length=20)
    year = models.PositiveSmallIntegerField(_("year"))
    last_number = models.PositiveIntegerField(_("last number"))

    objects = LetterRegisterQuerySet.as_manager()

    class Meta:
        verbose_name = _("register of letters")
        verbose_name_plural = _("registers of letters")
        ordering = ["-year", "agency_identifier", "kind"]
        constraints = [
            models.UniqueConstraint(
                name="letter_register_once", fields=["agency_identifier", "kind", "year"]
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="letter_register_not_deleted", operation=pgtrigger.Delete),
            only_forward("letter_register_only_forward"),
            not_emptied("letter_register_not_emptied"),
        ]

    def __str__(self) -> str:
        return f"{self.agency_identifier} {self.kind} {self.year}: {self.last_number}"
