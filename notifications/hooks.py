"""One POST to a webhook's address: no redirects, no way into the own network, and never for long.

Knows no database. Nothing that the receiver does raises: the outcome says what happened, in a sentence
without the address.
"""

import ipaddress
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from django.utils.translation import gettext as _t

TIMEOUT = httpx.Timeout(10, connect=5)  # seconds
LONGEST_URL = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt; `status` None: there was no answer at all."""

    status: int | None
    detail: str = ""
    milliseconds: int = 0

    @property
    def is_delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Refused(Exception):
    """The address is none that deliveries go to; the text is a sentence."""


def check_address(url: str, *, allow_private: bool, allow_http: bool) -> None:
    """Raises `Refused` for what can never be delivered to; asks no name server.

    `allow_http` lets http:// go to this machine itself, and nowhere else: for trying out.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise Refused(_t("This is no address.")) from error
    if not host or len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise Refused(_t("This is no address that a webhook can be sent to."))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Refused(_t("The address must have neither user name nor password nor a part after #."))
    own = _is_loopback(host)
    if parts.scheme != "https" and not (parts.scheme == "http" and allow_http and own):
        raise Refused(_t("The address must begin with https://."))
    if literal := _literal(host):
        _check_ip(literal, allow_private=allow_private or (allow_http and own))


def post(url: str, content: bytes, headers: dict, *, allow_private: bool, allow_http: bool) -> Outcome:
    """Send the content and read the status of the answer, nothing more of it.

    The name is resolved here and the connection goes to the address that was checked: a name server that
    answers differently a moment later changes nothing.
    """
    began = time.monotonic()

    def outcome(status: int | None, detail: str = "") -> Outcome:
        return Outcome(status, detail, round((time.monotonic() - began) * 1000))

    try:
        check_address(url, allow_private=allow_private, allow_http=allow_http)
        parts = urlsplit(url)
        own = allow_http and _is_loopback(parts.hostname)
        ip = _resolved(parts.hostname, allow_private=allow_private or own)
        pinned = httpx.URL(url).copy_with(host=ip)
        with (
            httpx.Client(timeout=TIMEOUT, trust_env=False, follow_redirects=False) as client,
            client.stream(
                "POST",
                pinned,
                content=content,
                headers={**headers, "Host": parts.netloc},
                extensions={"sni_hostname": parts.hostname},
            ) as answer,
        ):
            status = answer.status_code
    except Refused as error:
        return outcome(None, str(error))
    except httpx.TimeoutException:
        return outcome(None, _t("There was no answer in time."))
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
        why = _t("The receiver could not be reached (%(error)s).") % {"error": type(error).__name__}
        return outcome(None, why)
    if 300 <= status < 400:
        return outcome(status, _t("The receiver sent us elsewhere; webhooks follow no redirects."))
    return outcome(status)


def _resolved(host: str, *, allow_private: bool) -> str:
    """One address of the name; refused when any of them lies in a network that is nobody's business."""
    found = [
        entry[4][0].partition("%")[0] for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    ]
    for address in found:
        _check_ip(ipaddress.ip_address(address), allow_private=allow_private)
    return found[0]


def _check_ip(ip, *, allow_private: bool) -> None:
    ip = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None) or ip
    if ip.is_multicast or ip.is_unspecified or ip.is_link_local:  # the last holds the clouds' own services
        raise Refused(_t("The address leads into a network that webhooks are not sent to."))
    if not ip.is_global and not allow_private:
        raise Refused(
            _t(
                "The address leads into a private network; webhooks are sent there only if the settings allow it."
            )
        )


def _literal(host: str):
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    literal = _literal(host)
    return host == "localhost" or (literal is not None and literal.is_loopback)
