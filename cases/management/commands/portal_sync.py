"""`manage.py portal_sync`: tell the national portal what waits, and with `--backlog` what it was never told."""

import time

from django.conf import settings
from django.utils.translation import gettext as _

from cases.management.plain import PlainCommand
from cases.models import PortalDossier
from cases.portal.states import PortalState
from cases.services import portal, portal_backlog


class Command(PlainCommand):
    help = (
        "Tell the national portal what waits. With --backlog also dossiers from before it was connected. May be "
        "killed at any time; the next run goes on. Workers may be sending meanwhile."
    )

    def add_arguments(self, parser):
        parser.add_argument("--backlog", action="store_true", help="also what was never told")
        parser.add_argument("--limit", type=int, help="at most so many dossiers of the backlog")
        parser.add_argument("--only-fill", action="store_true", help="send nothing: the workers do")

    def handle(self, *, backlog, limit, only_fill, **options):
        if not settings.PORTAL_URL:
            self.refuse(_("The portal is not connected: PORTAL_URL is empty."))
        self.began, self.written, self.sent, self.refused = time.monotonic(), 0, 0, 0
        self.failed = False
        if backlog:
            for written in portal_backlog.fill_outbox(limit=limit):
                self.written += written
                if not only_fill and _waiting() >= portal_backlog.MOST_WAITING:
                    self._send()
                self._print()
                if self.failed:
                    break
        while not only_fill and self._send():
            self._print()
        self._print()

    def _send(self) -> bool:
        """One run; whether there is any sense in another one now."""
        counts = portal.deliver_due()
        self.sent += counts.sent
        self.refused += counts.refused
        self.failed = bool(counts.failed)
        if self.failed:
            self.stderr.write(_("The portal does not answer well; the workers go on as soon as it does."))
        return bool(counts.sent or counts.refused) and not self.failed

    def _print(self) -> None:
        seconds = max(time.monotonic() - self.began, 0.001)
        figures = {
            "written": f"{self.written:,}",
            "sent": f"{self.sent:,}",
            "refused": f"{self.refused:,}",
            "rate": f"{self.sent / seconds:,.0f}",
            "waiting": f"{_waiting():,}",
        }
        self.stdout.write(
            _(
                "%(written)s dossiers put into the outbox, %(sent)s messages sent, %(refused)s refused, "
                "%(rate)s messages a second, %(waiting)s dossiers waiting"
            )
            % figures
        )


def _waiting() -> int:
    return PortalDossier.objects.filter(state=PortalState.WAITING).count()
