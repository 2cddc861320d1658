"""Accounts of citizens (tài khoản công dân): who signed in at the identity provider is which applicant."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.enums import IdentificationLevel
from cases.models.applicants import Applicant


class CitizenAccount(models.Model):
    """One account of somebody who files online; its password is the identity provider's business.

    Issuer and subject are in allauth's `SocialAccount`, without what the provider told about the person.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="citizen", verbose_name=_("account")
    )
    # Null until the provider has vouched for an ID number: without one nobody files and nobody reads.
    applicant = models.ForeignKey(
        Applicant,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="accounts",
        verbose_name=_("applicant"),
    )
    # As the provider said at the last sign-in (mức độ định danh); empty when it does not say.
    level = models.CharField(
        _("level of identification"), max_length=1, choices=IdentificationLevel.choices, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("citizen's account")
        verbose_name_plural = _("citizens' accounts")
        constraints = [
            models.CheckConstraint(
                name="citizen_level_known", condition=Q(level__in=["", *IdentificationLevel.values])
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)
