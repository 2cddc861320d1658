"""`manage.py seed_demo`: fill an empty installation with dossiers whose lives the services tell."""

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count
from django.utils.translation import gettext as _

from cases.demo.build import build_demo
from cases.demo.offices import CENTRE, PROVINCE, WARDS
from cases.demo.plan import PROCEDURES
from cases.enums import State
from cases.models import Dossier
from cases.services.freezing import freeze_months
from cases.services.rollups import keep_rollups
from procedures.models import Agency, Procedure


class Command(BaseCommand):
    help = (
        "Builds demonstration dossiers of the last eight weeks through the services, with invented people"
        " and accounts. For demonstrations only: the accounts have a published password."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dossiers", type=int, default=400, help="how many (default 400)")
        parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same dossiers")

    def handle(self, *, dossiers: int, seed: int, **options):
        if not 1 <= dossiers <= 5000:
            raise CommandError(_("Give a number of dossiers from 1 to 5000."))
        if existing := Dossier.objects.count():
            self.stdout.write(
                _("There are already %(count)d dossiers; nothing was changed.") % {"count": existing}
            )
            return
        self._require_catalogue()
        self.stdout.write(_("Building %(count)d dossiers; the clock stands at:") % {"count": dossiers})
        demo = build_demo(dossiers, seed=seed, say=lambda line: self.stdout.write(f"  {line}"))
        self.stdout.write(
            _("%(count)d dossiers, %(acts)d acts.") % {"count": demo.dossiers, "acts": demo.acts}
        )
        # What the workers would have counted and frozen day by day.
        keep_rollups()
        freeze_months()
        for row in Dossier.objects.order_by().values("state").annotate(n=Count("pk")).order_by("state"):
            self.stdout.write(f"  {State(row['state']).label}: {row['n']}")
        self.stdout.write(
            _("Overdue and not flagged yet: %(count)d") % {"count": Dossier.objects.overdue().count()}
        )
        self.stdout.write(_("Accounts, all with the password %(password)s:") % {"password": demo.password})
        for person in demo.accounts:
            self.stdout.write(f"  {person.username:<22} {person.get_role_display()} – {person.agency}")

    def _require_catalogue(self) -> None:
        agencies = {PROVINCE, CENTRE, *WARDS}
        complete = Agency.objects.filter(identifier__in=agencies).count() == len(agencies)
        if not complete or Procedure.objects.filter(code__in=PROCEDURES).count() < len(PROCEDURES):
            raise CommandError(_("The catalogue is not loaded. Run “manage.py load_catalogue” first."))
