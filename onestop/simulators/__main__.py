"""All simulators on one port of this machine: `python -m onestop.simulators --port 8410 --mail-port 8411`."""

import argparse
import os

from onestop.simulators import exchange, sms
from onestop.simulators.base import Simulator, Simulators
from onestop.simulators.business import BusinessRegistration
from onestop.simulators.civil_status import CivilStatus
from onestop.simulators.payment import PaymentSimulator
from onestop.simulators.personal_store import PersonalStore
from onestop.simulators.population import Population
from onestop.simulators.portal import Portal
from onestop.simulators.portal_moha import MohaPortal
from onestop.simulators.post import PostSimulator
from onestop.simulators.procedures import ProcedureDatabase
from onestop.simulators.smtp import MailServer


def all_simulators() -> list[Simulator]:
    """One of each, with what it knows from the beginning."""
    return [
        Portal(),
        MohaPortal(),
        PaymentSimulator(),
        PostSimulator(push_url=_push_url()),
        ProcedureDatabase(),
        Population(),
        PersonalStore(),
        *exchange.of_this_demo(),
        CivilStatus(),
        BusinessRegistration(),
        *sms.of_this_demo(),
    ]


def _push_url() -> str:
    """Where the post tells of consignments by itself: at the customer of this machine, where there is one."""
    customer = os.environ.get("PUBLIC_URL", "")
    return f"{customer}/buu-chinh/hanh-trinh/" if customer else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--mail-port", type=int, help="where the mail server speaks SMTP; else there is none")
    options = parser.parse_args()
    mail = [MailServer(options.mail_port)] if options.mail_port else []
    for one in mail:
        one.start()
    with Simulators([*all_simulators(), *mail], port=options.port) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
