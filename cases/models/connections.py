"""How the connections to other systems stand, as their last calls left them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.connections.systems import System, name_of


class ConnectionState(models.Model):
    """The last good and the last bad call to one system; without a row nobody has called it yet.

    Where a system is several installations, there is one for each: `partner` is the identifier of that one.
    """

    system = models.CharField(_("system"), max_length=20, choices=System.choices)
    partner = models.CharField(_("installation"), max_length=35, blank=True, db_default="", default="")
    last_success_at = models.DateTimeField(_("last success"), null=True)
    last_failure_at = models.DateTimeField(_("last failure"), null=True)
    last_failure = models.CharField(_("reason"), max_length=500, blank=True)
    failing_since = models.DateTimeField(_("failing since"), null=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        constraints = [
            models.UniqueConstraint(name="connection_once", fields=["system", "partner"]),
            models.CheckConstraint(
                name="connection_with_partners", condition=Q(partner="") | Q(system=System.EXCHANGE)
            ),
            models.CheckConstraint(name="connection_system_known", condition=Q(system__in=System.values)),
            models.CheckConstraint(
                name="connection_fails_for_a_reason",
                condition=Q(failing_since__isnull=True)
                | Q(last_failure_at__isnull=False, failures__gt=0) & ~Q(last_failure=""),
            ),
        ]

    def __str__(self) -> str:
        return name_of(self.system, self.partner)
