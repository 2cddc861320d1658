"""One installation as a process: HTTP on a port of its own, a clock that stands still, orders on standard input.

Orders and answers are lines of JSON. `python -m tests.exchange.installation PORT MOMENT [--new]`.
"""

import json
import os
import signal
import sys
import threading
from decimal import Decimal
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django

django.setup()

import time_machine  # noqa: E402 - after the set-up
from django.conf import settings  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.utils import timezone  # noqa: E402

from cases import services  # noqa: E402
from cases.models import Consultation, Dossier, ExchangeArrival, ExchangeMessage, IncomingRequest  # noqa: E402
from cases.services import exchange  # noqa: E402
from cases.services.exchange_answers import answer_request  # noqa: E402
from procedures.enums import Role  # noqa: E402
from procedures.models import Agency, Staff  # noqa: E402
from tests.cast import build_world, local, pdf, upload  # noqa: E402


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Silent(WSGIRequestHandler):
    def log_message(self, *_arguments):
        """Nothing: the tests ask the database."""


class Orders:
    """What a test may order; each returns what is written as JSON."""

    def __init__(self, clock):
        self.clock = clock

    def person(self, role: str) -> Staff:
        return Staff.objects.filter(role=role, agency__identifier=settings.EXCHANGE_UNIT).earliest("pk")

    def at(self, moment: str) -> str:
        self.clock.move_to(local(moment))
        return moment

    def ask(self, question: str, code: str = "") -> str:
        dossier = Dossier.objects.get(code=code) if code else self.world.processing()
        asked = Agency.objects.get(identifier=self.asked)
        services.consult(
            dossier,
            by=self.person(Role.OFFICER),
            agency=asked,
            question=question,
            working_hours=Decimal(16),
            kind="interlinked",
        )
        return dossier.code

    def answer(self, text: str, question: str) -> None:
        answer_request(
            IncomingRequest.objects.get(question=question),
            by=self.person(Role.OFFICER),
            answer=text,
            uploads=[upload("ket-qua.pdf", pdf(2))],
        )

    def withdraw(self, code: str) -> None:
        services.withdraw(Dossier.objects.get(code=code), by=self.person(Role.CLERK), reason="Đổi ý")

    def send(self) -> dict[str, int]:
        return dict(exchange.deliver_due())

    def send_and_be_killed(self) -> None:
        """Killed when the other side has taken the package, and before the receipt is looked at."""
        exchange.read_receipt = lambda *_arguments, **_more: os.kill(os.getpid(), signal.SIGKILL)
        exchange.deliver_due()

    def messages(self) -> list[list]:
        rows = ExchangeMessage.objects.order_by("pk")
        return [[one.kind, one.state, one.outcome or one.reason, bool(one.receipt)] for one in rows]

    def arrivals(self) -> list[list]:
        return [[one.kind, one.outcome] for one in ExchangeArrival.objects.order_by("pk")]

    def requests(self) -> list[list]:
        return [
            [
                one.question,
                text(one.due_at),
                one.files.filter(is_answer=False).count(),
                bool(one.withdrawn_at),
            ]
            for one in IncomingRequest.objects.order_by("pk")
        ]

    def consultations(self) -> list[list]:
        return [
            [
                one.question,
                one.answer,
                one.answered_at and text(one.answered_at),
                one.dossier.documents.count(),
            ]
            for one in Consultation.objects.order_by("pk")
        ]


def text(moment) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def main() -> None:

    port, moment, *others = sys.argv[1:]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # of ten people, in no time
    with time_machine.travel(local(moment), tick=False) as clock:
        orders = Orders(clock)
        if others:
            orders.world = build_world()
        orders.asked = os.environ["ASKED"]
        server = make_server("127.0.0.1", int(port), get_wsgi_application(), Server, Silent)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        print(json.dumps("ready"), flush=True)
        for line in sys.stdin:
            name, *arguments = json.loads(line)
            print(json.dumps(getattr(orders, name)(*arguments)), flush=True)


if __name__ == "__main__":
    main()
