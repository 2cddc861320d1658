"""`manage.py simulator SYSTEM FAULT`: from now on a simulator answers wrongly, as real systems sometimes do."""

from django.conf import settings
from django.utils.translation import gettext as _

from cases.management.plain import PlainCommand
from onestop.demo.around import address_of_simulators
from onestop.outside import Door, OutsideError
from onestop.simulators.base import CONTROL, Fault

RIGHT = "none"


class Command(PlainCommand):
    help = (
        "Make a simulator of the running demonstration answer wrongly, or rightly again (fault: none). Without "
        "arguments: which faults there are."
    )

    def add_arguments(self, parser):
        parser.add_argument("system", nargs="?", help="name of the simulator")
        parser.add_argument("fault", nargs="?", choices=[RIGHT, *Fault], default=RIGHT)
        parser.add_argument("--times", type=int, help="so many answers; else until it is switched off")

    def handle(self, *, system, fault, times, **options):
        address = address_of_simulators(settings.DATA_DIR)
        if not address:
            self.refuse(_("No simulators are running here. “make demo” starts them."))
        wanted = {"system": system, "fault": None if fault == RIGHT else fault, "times": times}
        try:
            with Door(address) as door:
                answer = door.ask("POST", CONTROL, body=wanted) if system else door.ask("GET", CONTROL)
        except OutsideError as error:
            self.refuse(_("The simulators at %(url)s: %(error)s") % {"url": address, "error": error})
        for name, state in answer.object().items():
            self.stdout.write(f"{name}: {state or RIGHT}")
