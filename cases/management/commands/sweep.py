"""`manage.py sweep`: flag, warn, draft and deliver once, without Celery."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from cases import services
from cases.services.overdue import SweepIncomplete
from notifications.services.messages import deliver_due


class Command(BaseCommand):
    help = (
        "Flag what is overdue, warn, draft apologies and deliver messages once; prints counts."
        " Ends with 1 when something could not be flagged, warned of or drafted; the rest is done nevertheless."
    )

    def handle(self, *args, **options):
        incomplete = None
        try:
            counts = services.sweep()
        except SweepIncomplete as error:
            counts, incomplete = error.counts, error
        delivered = deliver_due()
        self.stdout.write(_("Flagged overdue: %(count)s") % {"count": counts.flagged})
        self.stdout.write(_("Warnings added: %(count)s") % {"count": counts.warned})
        self.stdout.write(_("Apologies drafted: %(count)s") % {"count": counts.drafted})
        self.stdout.write(_("Reminded of supplements: %(count)s") % {"count": counts.reminded})
        self.stdout.write(_("Late answers of other agencies: %(count)s") % {"count": counts.alerted})
        self.stdout.write(_("Told by escalation ladders: %(count)s") % {"count": counts.escalated})
        self.stdout.write(_("Messages sent: %(count)s") % {"count": delivered.sent})
        self.stdout.write(_("Messages failed, to be tried again: %(count)s") % {"count": delivered.failed})
        self.stdout.write(_("Messages given up: %(count)s") % {"count": delivered.dead})
        if incomplete:
            raise CommandError(str(incomplete)) from incomplete
