"""The demo's own identity providers, so that one can sign in as an invented citizen or member of staff."""

import os
import secrets

from onestop.demo.processes import Children, free_port

FIRST_PORT = 8400
CLIENT = "onestop-demo"
# Who signs in, by the variables that connect them: where they are sent back to, and what the button says.
DOORS = {
    "citizens": ("OIDC_CITIZEN", "/dang-nhap/tra-loi/", "VNeID (giả lập)"),
    "staff": ("OIDC_STAFF", "/quan-tri/dang-nhap/tra-loi/", "SSO của tỉnh (giả lập)"),
}


def start_providers(children: Children, url: str) -> dict[str, str]:
    """Start one for each door and tell the processes that come after; addresses by who signs in there.

    A door that the environment connects with a provider of its own is left alone.
    """
    started, port = {}, FIRST_PORT
    for people, (prefix, back, name) in DOORS.items():
        if os.environ.get(f"{prefix}_ISSUER"):
            continue
        port, secret = free_port(port), secrets.token_urlsafe(24)
        started[people] = f"http://127.0.0.1:{port}"
        os.environ |= {
            f"{prefix}_ISSUER": started[people],
            f"{prefix}_CLIENT_ID": CLIENT,
            f"{prefix}_CLIENT_SECRET": secret,
            f"{prefix}_NAME": name,
        }
        here = url.rpartition(":")[2]
        places = [f"--redirect-uri=http://{host}:{here}{back}" for host in ("127.0.0.1", "localhost")]
        arguments = [
            "--port",
            str(port),
            "--client-id",
            CLIENT,
            f"--client-secret={secret}",
        ]  # it may begin with a dash
        child = f"identity-provider-{people}"
        children.start(child, "onestop.simulators.oidc", "--people", people, *arguments, *places)
        port += 1
    return started
