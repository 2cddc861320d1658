"""`manage.py sweep`: flag, warn, draft and deliver once, without Celery."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from cases import services
from notifications.services.messages import deliver_due


class Command(BaseCommand):
    help = "Flag what is overdue, warn, draft apologies and deliver messages once; prints counts."

    def handle(self, *args, **options):
        counts = services.sweep()
        delivered = deliver_due()
        self.stdout.write(_("Flagged overdue: %(count)s") % {"count": counts.flagged})
        self.stdout.write(_("Warnings added: %(count)s") % {"count": counts.warned})
        self.stdout.write(_("Apologies drafted: %(count)s") % {"count": counts.drafted})
        self.stdout.write(_("Messages sent: %(count)s") % {"count": delivered.sent})
