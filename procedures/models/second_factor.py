"""The second factor of a member of staff (xác thực hai lớp): an app that shows codes, and codes on paper."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device

from onestop.fields import EncryptedCharField


class Authenticator(Device):
    """The app of a person (ứng dụng xác thực), after RFC 6238: six digits that change every 30 seconds.

    Not the model of django-otp's plug-in: that one keeps the secret in clear, and whoever gets a copy of the
    database would have the second factor of everybody.
    """

    secret = EncryptedCharField(_("secret"), max_length=64)  # base32, as apps take it
    last_step = models.BigIntegerField(default=-1)  # of the last code that was taken: none works twice
    failures = models.PositiveIntegerField(default=0)  # wrong codes in a row
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("authenticator app")
        verbose_name_plural = _("authenticator apps")
        constraints = [
            models.UniqueConstraint(name="one_authenticator_each", fields=["user"]),
            models.CheckConstraint(
                name="authenticator_secret_is_encrypted", condition=Q(secret__encrypted=True)
            ),
        ]


class RecoveryCode(models.Model):
    """A code for the day on which the app is lost (mã khôi phục): works once, and only its hash is stored."""

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes"
    )
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [models.UniqueConstraint(name="recovery_code_once", fields=["staff", "digest"])]

    def __str__(self) -> str:
        return f"{self.staff} #{self.pk}"
