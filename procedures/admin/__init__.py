"""The back office of agencies, people, calendar and catalogue."""

from django.contrib import admin
from django.contrib.auth.models import Group

from procedures.admin import agencies, calendar, catalogue, reasons, sources, staff, tariffs

__all__ = ["agencies", "calendar", "catalogue", "reasons", "sources", "staff", "tariffs"]

# Rights follow from role and agency; Django's groups would pretend to give some.
admin.site.unregister(Group)
