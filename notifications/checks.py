"""System checks: settings that would keep every message from arriving, or every letter from being copied."""

from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, register

from notifications.enums import MessageKind
from notifications.quiet_hours import quiet_hours

_CHANNELS = ("SMS", "ZALO")


@register
def check_gateways(app_configs, **kwargs) -> list[Error]:
    """A gateway needs an http(s) address with a host, a success to look for, and at least one attempt."""
    found = []
    for channel in _CHANNELS:
        url = getattr(settings, f"{channel}_GATEWAY_URL")
        parts = urlsplit(url)
        if url and not (parts.scheme in ("http", "https") and parts.hostname):
            found.append(
                Error(
                    f"{channel}_GATEWAY_URL is not an http(s) address.",
                    hint="Give the full address, such as https://sms.example.vn/send, or leave it empty.",
                    id="notifications.E001",
                )
            )
        success = getattr(settings, f"{channel}_GATEWAY_SUCCESS")
        if not (isinstance(success, dict) and success):
            found.append(
                Error(
                    f"{channel}_GATEWAY_SUCCESS is not a JSON object with something in it.",
                    hint='Without it every answer would count as success; the default is {"ok": true}.',
                    id="notifications.E003",
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


@register
def check_word_templates(app_configs, **kwargs) -> list[Error]:
    """The office's own Word templates lie in a folder that is there."""
    folder = settings.WORD_TEMPLATES_DIR
    if not folder or Path(folder).is_dir():
        return []
    return [
        Error(
            f"WORD_TEMPLATES_DIR is not a folder: {folder}",
            hint="Make the folder, or leave it empty; then the built-in Word templates are used.",
            id="notifications.E004",
        )
    ]


@register
def check_quiet_hours(app_configs, **kwargs) -> list[Error]:
    """The quiet hours are times of day, and what is urgent has a name that exists."""
    found = []
    for name in ("QUIET_HOURS_FROM", "QUIET_HOURS_TO"):
        try:
            quiet_hours(getattr(settings, name), "00:00")
        except ValueError:
            found.append(
                Error(
                    f"{name} is not a time of day.",
                    hint="Write hours and minutes, such as 21:00.",
                    id="notifications.E005",
                )
            )
    if unknown := sorted(set(settings.QUIET_HOURS_URGENT) - set(MessageKind.values)):
        found.append(
            Error(
                f"QUIET_HOURS_URGENT names what is no kind of message: {', '.join(unknown)}",
                hint=f"The kinds are: {', '.join(MessageKind.values)}.",
                id="notifications.E006",
            )
        )
    return found
