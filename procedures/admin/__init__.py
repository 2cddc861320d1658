"""The back office of agencies, people, calendar and catalogue."""

from django.contrib import admin
from django.contrib.auth.models import Group

from procedures.admin import (
    agencies,
    calendar,
    catalogue,
    reasons,
    second_factor,
    sources,
    staff,
    tariffs,
)

__all__ = ["agencies", "calendar", "catalogue", "reasons", "second_factor", "sources", "staff", "tariffs"]

admin.site.add_page("hai-lop/", second_factor.own, "second_factor")
admin.site.add_page("hai-lop/ma/", second_factor.code, "second_factor_code")
admin.site.add_page("hai-lop/<int:pk>/dat-lai/", second_factor.reset_for, "second_factor_reset")

# Rights follow from role and agency; Django's groups would pretend to give some.
admin.site.unregister(Group)
