"""The demo's own identity provider, so that one can sign in as an invented citizen."""

import os
import secrets

from onestop.demo.processes import Children, free_port

FIRST_PORT = 8400
CLIENT = "onestop-demo"


def start_provider(children: Children, url: str) -> str:
    """Start it and tell the processes that come after; its address. Empty where a provider is configured."""
    if os.environ.get("OIDC_CITIZEN_ISSUER"):
        return ""
    port, secret = free_port(FIRST_PORT), secrets.token_urlsafe(24)
    issuer = f"http://127.0.0.1:{port}"
    os.environ |= {
        "OIDC_CITIZEN_ISSUER": issuer,
        "OIDC_CITIZEN_CLIENT_ID": CLIENT,
        "OIDC_CITIZEN_CLIENT_SECRET": secret,
        "OIDC_CITIZEN_NAME": "VNeID (giả lập)",
    }
    arguments = ["--port", str(port), "--client-id", CLIENT, "--client-secret", secret]
    places = [
        f"http://{host}:{url.rpartition(':')[2]}/dang-nhap/tra-loi/" for host in ("127.0.0.1", "localhost")
    ]
    children.start(
        "identity-provider", "onestop.simulators.oidc", *arguments, *(f"--redirect-uri={p}" for p in places)
    )
    return issuer
