"""Access tokens of the API: hashed, with an end, a purpose and an agency."""

import uuid
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken

from cases.scopes import Scope
from procedures.models import Agency


class AccessToken(AbstractAuthToken):
    """A key with which a program acts for an account (mã truy cập); only its hash is stored.

    `scopes` are what it may be used for, `agency` narrows what it sees to that agency and those below it
    (empty: as far as the account sees). Revoked ones stay, so that one can tell who had access when.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100)
    scopes = ArrayField(
        models.CharField(max_length=20, choices=Scope.choices), verbose_name=_("may be used for")
    )
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agency")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        ordering = ["-created"]
        constraints = [
            models.CheckConstraint(name="token_expires", condition=Q(expiry__isnull=False)),
            models.CheckConstraint(name="token_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="token_scopes_known",
                condition=Q(scopes__contained_by=Scope.values) & Q(scopes__len__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_valid_at(self, moment: datetime) -> bool:
        """Neither revoked nor over."""
        return self.revoked_at is None and moment < self.expiry

    @property
    def is_valid(self) -> bool:
        return self.is_valid_at(timezone.now())

    @property
    def scope_labels(self) -> list[str]:
        return [str(Scope(scope).label) for scope in self.scopes]
