"""Rows that the system keeps about itself."""

from django.conf import settings
from django.db import models

from onestop.fields import EncryptedJSONField


class Heartbeat(models.Model):
    """When beat and worker last showed that they live; watched by `/readyz` and the dashboard."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()


class IdempotencyKey(models.Model):
    """Answer given to a write with this key, so that a repeated request does not act twice."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = EncryptedJSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="idempotency_key_once", fields=["user", "key"])]
