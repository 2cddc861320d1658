"""How often the guidance of a procedure is looked at: a number a day, and nothing about who looked."""

from django.db import models
from django.db.models import Q

from procedures.models import Procedure


class GuidanceVisits(models.Model):
    """Visits of the public page of one procedure on one day (Asia/Ho_Chi_Minh). No address, no cookie, no person."""

    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    visits = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="guidance_visits_once", fields=["day", "procedure"]),
            models.CheckConstraint(name="guidance_visits_are_some", condition=Q(visits__gt=0)),
        ]
