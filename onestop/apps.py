"""App configurations: the project's own checks, and the admin site that every model registers with."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class OnestopConfig(AppConfig):
    name = "onestop"
    default = True

    def ready(self) -> None:
        from onestop import checks, request_ids, sessions, watch  # noqa: F401 - register checks and signals
        from onestop.metrics import tally, tasks  # noqa: F401 - the same


class OnestopAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "onestop.admin.OnestopAdminSite"
