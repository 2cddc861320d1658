"""System checks: settings that would keep every message from arriving."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, register

_GATEWAYS = ("SMS_GATEWAY_URL", "ZALO_GATEWAY_URL")


@register
def check_gateways(app_configs, **kwargs) -> list[Error]:
    """A gateway needs an http(s) address with a host, a success to look for, and at least one attempt."""
    found = []
    for name in _GATEWAYS:
        url = getattr(settings, name)
        parts = urlsplit(url)
        if url and not (parts.scheme in ("http", "https") and parts.hostname):
            found.append(
                Error(
                    f"{name} is not an http(s) address.",
                    hint="Give the full address, such as https://sms.example.vn/send, or leave it empty.",
                    id="notifications.E001",
                )
            )
    if settings.MESSAGE_MAX_ATTEMPTS < 1:
        found.append(
            Error(
                "MESSAGE_MAX_ATTEMPTS must be at least 1.",
                hint="It counts the first attempt too; the default is 8.",
                id="notifications.E002",
            )
        )
    return found
