"""Project package: settings, Celery, addresses, the admin's base class, embedded servers, health."""

from onestop.celery import app as celery_app

__all__ = ["celery_app"]
