"""`manage.py generate_dossiers --count N`: very many dossiers whose facts fit together, by COPY."""

import sys
from time import perf_counter

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils.translation import gettext as _

from cases.demo.many.fill import Wanted, fill
from cases.demo.many.offices import FIRST_NUMBER
from cases.demo.many.plan import Shares
from cases.demo.offices import CENTRE, PROVINCE, WARDS
from cases.errors import NotPermitted
from cases.management.plain import PlainCommand
from cases.models import Dossier
from procedures.models import Agency, Staff

MOST_OF_A_DEMONSTRATION = 5_000
BAR = 30


class Command(PlainCommand):
    help = (
        "Fills a database with very many dossiers, for measuring: the lives of the demonstration, which is"
        " built where there is none, retold in other wards and earlier weeks. Only for a database of its own."
    )

    def add_arguments(self, parser):
        parser.add_argument("--count", type=int, required=True, help="how many are added")
        parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same dossiers")
        parser.add_argument("--months", type=int, default=14, help="how far back they go (default 14)")
        parser.add_argument("--wards", type=int, default=104, help="how many wards (default 104)")
        parser.add_argument(
            "--overdue",
            type=float,
            default=1.0,
            metavar="PERCENT",
            help="newly overdue, not flagged yet (default 1)",
        )
        parser.add_argument(
            "--yes-fill-this-database",
            action="store_true",
            help="needed without DEBUG: nothing can be taken back",
        )

    def handle(self, *, count, seed, months, wards, overdue, **options):
        self._check(count, months, wards, overdue)
        self._refuse_elsewhere(sure=options["yes_fill_this_database"])
        if not Dossier.objects.exists():
            call_command("seed_demo", stdout=self.stdout)
        self.begin = perf_counter()
        wanted = Wanted(count, seed, months, wards, Shares(overdue=overdue / 100))
        try:
            fill(wanted, say=lambda done: self._say(done, count))
        except NotPermitted as error:
            self.refuse(error.sentence)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        self.stdout.write(
            _(
                "%(count)d dossiers in %(seconds)d s. Run “manage.py rebuild_rollups” for the figures of past days."
            )
            % {"count": count, "seconds": perf_counter() - self.begin}
        )

    def _check(self, count: int, months: int, wards: int, overdue: float) -> None:
        if count < 1 or months < 1 or wards < 1:
            self.refuse(_("Give at least one dossier, one month and one ward."))
        if not 0 <= overdue <= 50:
            self.refuse(_("Give a share of 0 to 50 per cent (--overdue)."))
        complete = Agency.objects.filter(identifier__in=[PROVINCE, CENTRE, *WARDS]).count() == len(WARDS) + 2
        if not complete:
            self.refuse(_("The catalogue is not loaded. Run “manage.py load_catalogue” first."))

    def _refuse_elsewhere(self, *, sure: bool) -> None:
        """Only where nothing is but a demonstration, and whoever runs it said so."""
        if not settings.DEBUG and not sure:
            self.refuse(
                _(
                    "This fills the database “%(name)s” with invented dossiers for good. Say "
                    "--yes-fill-this-database if that is wanted."
                )
                % {"name": connection.settings_dict["NAME"]}
            )
        if Agency.objects.filter(identifier=f"{PROVINCE}.{FIRST_NUMBER}").exists():
            self.refuse(_("This database was filled already; take another one."))
        dossiers = Dossier.objects.all()
        elsewhere = dossiers.exclude(receiving_desk__identifier__in=[CENTRE, *WARDS])
        demonstrated = Staff.objects.filter(username=f"motcua.{WARDS[min(WARDS)]}").exists()
        if dossiers.exists() and (
            not demonstrated or elsewhere.exists() or dossiers.count() > MOST_OF_A_DEMONSTRATION
        ):
            self.refuse(
                _("There are dossiers that are not of the demonstration; take a database of its own.")
            )

    def _say(self, done: int, count: int) -> None:
        """A bar on a terminal; elsewhere nothing, a log is not for that."""
        if not sys.stderr.isatty():
            return
        full = BAR * done // count
        rate = done / (perf_counter() - self.begin)
        bar = f"{'█' * full}{'·' * (BAR - full)} {done:,}/{count:,}  {rate:,.0f}/s"
        self.stderr.write(f"\r{bar}", ending="\n" if done >= count else "")
