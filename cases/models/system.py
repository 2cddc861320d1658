"""Rows that the system keeps about itself."""

from django.conf import settings
from django.db import models


class Heartbeat(models.Model):
    """When beat and worker last showed that they live, and when the last backup was finished.

    Watched by `/readyz`, `/metrics` and the dashboard.
    """

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()


class StuckDossier(models.Model):
    """A dossier at which a run of the workers raised; gone when a later run of that work gets past it.

    `error` is the kind of the error alone: its text may hold what people told, and stands in the log.
    """

    work = models.CharField(max_length=20)
    dossier = models.ForeignKey("Dossier", on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    error = models.CharField(max_length=100)

    class Meta:
        ordering = ["since", "pk"]
        constraints = [models.UniqueConstraint(name="stuck_dossier_once", fields=["work", "dossier"])]


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
