"""People who work in the agencies."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from procedures.enums import Role
from procedures.models.agencies import Agency


class Staff(AbstractUser):
    """A member of staff (cán bộ, công chức): belongs to one agency and has one role there."""

    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="staff",
        verbose_name=_("agency"),
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, blank=True)
    is_head = models.BooleanField(
        _("head of the agency"),
        default=False,
        help_text=_("Signs apologies and approves a second supplement request"),
    )
    title = models.CharField(pgettext_lazy("of a person", "position"), max_length=100, blank=True)
    full_name = models.CharField(_("full name"), max_length=150, blank=True)

    class Meta(AbstractUser.Meta):
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def get_full_name(self) -> str:
        """Vietnamese names are one string in their own order; the two halves of Django do not fit."""
        return self.full_name or super().get_full_name()
