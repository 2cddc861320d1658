"""Rows that the system keeps about itself."""

from django.conf import settings
from django.db import models

from procedures.models import Agency


class Heartbeat(models.Model):
    """When beat and worker last showed that they live, and when the last backup was finished.

    Watched by `/readyz`, `/metrics` and the dashboard.
    """

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()


class NotedSince(models.Model):
    """From when on something is kept with its time, in an installation that worked before that; else no row.

    What was earlier is not known, and `cases.desk_then` says so.
    """

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()


class Stuck(models.Model):
    """Where a run of the workers raised; gone when a later run of that work gets past it.

    `error` is the kind of the error alone: its text may hold what people told, and stands in the log. `OF` names
    the column of what it is about.
    """

    OF = ""

    work = models.CharField(max_length=20)
    since = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    error = models.CharField(max_length=100)

    class Meta:
        abstract = True
        ordering = ["since", "pk"]


class StuckDossier(Stuck):
    """A dossier at which a work raised that goes through dossiers."""

    OF = "dossier"

    dossier = models.ForeignKey("Dossier", on_delete=models.CASCADE, related_name="+")

    class Meta(Stuck.Meta):
        constraints = [models.UniqueConstraint(name="stuck_dossier_once", fields=["work", "dossier"])]


class StuckAgency(Stuck):
    """An agency at which a work raised that goes through agencies: counting past days, freezing months."""

    OF = "agency"

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="+")

    class Meta(Stuck.Meta):
        constraints = [models.UniqueConstraint(name="stuck_agency_once", fields=["work", "agency"])]


class IdempotencyKey(models.Model):
    """Answer given to a write with this key, so that a repeated request does not act twice.

    The answer names people: it is sealed under the key itself, and of the key only the hash is kept.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    key_hash = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    sealed_answer = models.TextField(default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="idempotency_key_once", fields=["user", "key_hash"])]
        # What is forgotten every hour.
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]
