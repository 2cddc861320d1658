"""An OpenID Connect provider with invented people, for the demo and the suite: `python -m onestop.simulators.oidc`.

A real one in the small: discovery, authorization code with PKCE (S256 demanded) and nonce, ID tokens signed
with RS256, JWKS, userinfo; codes work once and for a minute. Instead of a password one chooses a person,
so it listens on this machine alone.
"""

import argparse
import base64
import hashlib
import html
import json
import secrets
import threading
import time
from collections.abc import Mapping
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CODE_SECONDS = 60
TOKEN_SECONDS = 300
LONGEST_BODY = 20_000
# Invented: the numbers begin with a province code and a year that nobody has.
PEOPLE = {
    "vi-du": {
        "name": "Nguyễn Thị Ví Dụ",
        "id_number": "040199000001",
        "phone_number": "0900000101",
        "email": "vi.du@congdan.example",
        "address": {"formatted": "Xóm Ví Dụ, tỉnh Nghệ An"},
    },
    "thu": {
        "name": "Trần Văn Thử",
        "id_number": "040099000002",
        "phone_number": "0900000102",
        "email": "thu@congdan.example",
        "address": {"formatted": "Khối Thử Nghiệm, tỉnh Nghệ An"},
    },
    "chua-dinh-danh": {"name": "Lê Thị Chưa Định Danh", "email": "chua.dinh.danh@congdan.example"},
}
# Staff, told apart by the name of their account; the last one has none.
STAFF = {
    "motcua": {"name": "Lê Thị Một Cửa", "preferred_username": "motcua.thanhvinh"},
    "thuly": {"name": "Phạm Văn Thụ Lý", "preferred_username": "thuly.thanhvinh"},
    "giamsat": {"name": "Vũ Thị Giám Sát", "preferred_username": "giamsat.thanhvinh"},
    "nguoi-la": {"name": "Trần Thị Không Có Tài Khoản", "preferred_username": "nguoi.la"},
}
GROUPS = {"citizens": PEOPLE, "staff": STAFF}
PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Đăng nhập thử</title>
<h1>Đăng nhập thử</h1><p>Nhà cung cấp định danh để trình diễn. Mọi người ở đây đều là nhân vật giả định.</p>
<form method="post">%s</form></html>"""


@cache
def key_of_this_process() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider(ThreadingHTTPServer):
    """The server; `issuer` is its address. Everything it knows is forgotten when it ends."""

    daemon_threads = True

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        redirect_uris: list[str],
        *,
        port: int = 0,
        people: Mapping[str, dict] = PEOPLE,
    ):
        super().__init__(("127.0.0.1", port), Handler)
        self.issuer = f"http://127.0.0.1:{self.server_address[1]}"
        self.client_id, self.client_secret, self.redirect_uris = client_id, client_secret, redirect_uris
        self.people = people
        self.key = key_of_this_process()
        self.codes: dict[str, dict] = {}
        self.tokens: dict[str, str] = {}
        self.lock = threading.Lock()

    # --- The protocol -----------------------------------------------------------------------------
    def discovery(self) -> dict:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        }

    def jwks(self) -> dict:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**key, "kid": "1", "use": "sig", "alg": "RS256"}]}

    def fault_of(self, asked: dict) -> str:
        """What is wrong with a request for authorization; empty when nothing is."""
        wrong = {
            "client_id": asked.get("client_id") != self.client_id,
            "redirect_uri": asked.get("redirect_uri") not in self.redirect_uris,
            "response_type": asked.get("response_type") != "code",
            "scope": "openid" not in asked.get("scope", "").split(),
            "code_challenge_method": asked.get("code_challenge_method") != "S256",
            "code_challenge": not asked.get("code_challenge"),
            "state": not asked.get("state"),
            "nonce": not asked.get("nonce"),
        }
        return ", ".join(name for name, is_wrong in wrong.items() if is_wrong)

    def authorize(self, asked: dict, person: str) -> str:
        """The address to send the person back to."""
        code = secrets.token_urlsafe(24)
        with self.lock:
            self.codes[code] = {**asked, "person": person, "until": time.time() + CODE_SECONDS}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, asked: dict) -> tuple[int, dict]:
        if (asked.get("client_id"), asked.get("client_secret")) != (self.client_id, self.client_secret):
            return 401, {"error": "invalid_client"}
        with self.lock:
            given = self.codes.pop(asked.get("code", ""), None)
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked.get("grant_type") != "authorization_code"
            or given is None
            or given["until"] < time.time()
            or given["redirect_uri"] != asked.get("redirect_uri")
            or given["code_challenge"] != challenge
        ):
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(24)
        with self.lock:
            self.tokens[access] = given["person"]
        return 200, {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "id_token": self.id_token(given["person"], given["nonce"]),
        }

    def id_token(self, person: str, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": person,
            "aud": self.client_id,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "nonce": nonce,
            "acr": self.people[person].get("acr", "loa2" if self.people[person].get("id_number") else "loa1"),
        }
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "1"})

    def userinfo(self, authorization: str) -> tuple[int, dict]:
        with self.lock:
            person = self.tokens.get(authorization.removeprefix("Bearer "))
        return (200, {"sub": person, **self.people[person]}) if person else (401, {"error": "invalid_token"})


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        match where.path:
            case "/.well-known/openid-configuration":
                self.answer(200, self.server.discovery())
            case "/jwks":
                self.answer(200, self.server.jwks())
            case "/userinfo":
                self.answer(*self.server.userinfo(self.headers.get("Authorization", "")))
            case "/authorize":
                self.choice(dict(parse_qsl(where.query)))
            case _:
                self.answer(404, {"error": "not_found"})

    def do_POST(self) -> None:
        where = urlsplit(self.path)
        length = min(int(self.headers.get("Content-Length") or 0), LONGEST_BODY)
        body = {name: texts[0] for name, texts in parse_qs(self.rfile.read(length).decode()).items()}
        if where.path == "/token":
            self.answer(*self.server.token(self.with_basic(body)))
        elif where.path == "/authorize":
            asked = dict(parse_qsl(where.query))
            if self.server.fault_of(asked) or body.get("person") not in self.server.people:
                self.answer(400, {"error": "invalid_request"})
                return
            self.send_response(302)
            self.send_header("Location", self.server.authorize(asked, body["person"]))
            self.end_headers()
        else:
            self.answer(404, {"error": "not_found"})

    def with_basic(self, body: dict) -> dict:
        kind, _space, encoded = self.headers.get("Authorization", "").partition(" ")
        if kind != "Basic":
            return body
        name, _colon, password = base64.b64decode(encoded).decode().partition(":")
        return {**body, "client_id": name, "client_secret": password}

    def choice(self, asked: dict) -> None:
        if fault := self.server.fault_of(asked):
            self.answer(400, {"error": "invalid_request", "error_description": fault})
            return
        buttons = "".join(
            f'<p><button name="person" value="{html.escape(key)}">{html.escape(person["name"])}</button></p>'
            for key, person in self.server.people.items()
        )
        self.send(200, "text/html; charset=utf-8", (PAGE % buttons).encode())

    def answer(self, status: int, body: dict) -> None:
        self.send(status, "application/json", json.dumps(body).encode())

    def send(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments) -> None:
        """Addresses hold codes; nothing is written."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--client-id", required=True)
    parser.add_argument(
        "--client-secret", required=True, help="of this demonstration, worth nothing elsewhere"
    )
    parser.add_argument("--redirect-uri", action="append", required=True)
    parser.add_argument("--people", choices=GROUPS, default="citizens", help="who can sign in here")
    given = parser.parse_args()
    people = GROUPS[given.people]
    client = (given.client_id, given.client_secret, given.redirect_uri)
    with Provider(*client, port=given.port, people=people) as provider:
        print(f"Invented people sign in at {provider.issuer}", flush=True)
        provider.serve_forever()


if __name__ == "__main__":
    main()
