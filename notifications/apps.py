"""App configuration of letters and messages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Letters and messages")

    def ready(self):
        from notifications import checks  # noqa: F401 - registers them
