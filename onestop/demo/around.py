"""The demo's own other side: simulators of the systems around, on loopback, and the settings that lead to them."""

import os
import secrets
from pathlib import Path

from onestop.demo.processes import Children, free_port
from onestop.demo.signing import connect_exchange
from onestop.simulators import exchange, payment, post, procedures
from onestop.simulators.portal import Portal
from onestop.simulators.result_taker import KEY

FIRST_PORT = 8410
OWN_UNIT = "H41"  # the province of the demonstration
# The variables that connect each system, by the name of its simulator; what the environment connects is left
# alone; `secret` is thrown away with the demo.
CONNECTED: dict[str, dict[str, str]] = {
    "portal": {
        "PORTAL_URL": "{url}",
        "PORTAL_LOGIN_URL": "{url}/login",
        "PORTAL_USERNAME": Portal.USERNAME,
        "PORTAL_PASSWORD": Portal.PASSWORD,
        "PORTAL_UNIT": Portal.UNIT,
        "PORTAL_BATCH": "50",
        "PORTAL_BACKLOG": "1",
        "PORTAL_FILINGS_SERVICE": Portal.FILINGS,
        "PORTAL_FILINGS_TAKEN_SERVICE": Portal.FILINGS_TAKEN,
    },
    "payment": {
        "PAYMENT_URL": "{url}",
        "PAYMENT_MERCHANT": payment.MERCHANT,
        "PAYMENT_SECRET": payment.SECRET,
    },
    "post": {
        "POST_URL": "{url}",
        "POST_TOKEN": post.TOKEN,
        "POST_SECRET": post.SECRET,
        "POST_CUSTOMER": "ONESTOP",
    },
    "procedures": {"PROCEDURES_URL": "{url}", "PROCEDURES_KEY": procedures.KEY},
    "population": {
        "POPULATION_URL": "{url}",
        "POPULATION_CLIENT_ID": "onestop",
        "POPULATION_CLIENT_SECRET": "secret-of-the-simulator",
    },
    **{
        name: {f"{name.upper()}_URL": "{url}", f"{name.upper()}_KEY": KEY}
        for name in ("personal_store", "civil_status", "business")
    },
    **{
        name: {f"{name.upper()}_GATEWAY_URL": "{url}/", f"{name.upper()}_CALLBACK_SECRET": "{secret}"}
        for name in ("sms", "zalo")
    },
    "email": {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": "{mail_port}",
    },
}


def address_of_simulators(data_dir: Path) -> str:
    """Where the simulators of the demo with this folder were started last; empty when they never were."""
    path = _address_file(data_dir)
    return path.read_text() if path.exists() else ""


def _address_file(data_dir: Path) -> Path:
    return data_dir / "run" / "simulators"


def start_simulators(children: Children, data_dir: Path) -> str:
    """Start all of them in one process and tell the processes that come after; returns where they answer."""
    port = free_port(FIRST_PORT)
    mail_port = free_port(port + 1)
    address = f"http://127.0.0.1:{port}"
    for name, variables in CONNECTED.items():
        if not any(os.environ.get(variable) for variable in variables):
            os.environ |= {
                variable: value.format(
                    url=f"{address}/{name}", secret=secrets.token_hex(16), mail_port=mail_port
                )
                for variable, value in variables.items()
            }
    connect_exchange(data_dir / "exchange", OWN_UNIT, exchange.UNIT, f"{address}/exchange")
    children.start("simulators", "onestop.simulators", "--port", str(port), "--mail-port", str(mail_port))
    _address_file(data_dir).parent.mkdir(parents=True, exist_ok=True)
    _address_file(data_dir).write_text(address)
    return address
