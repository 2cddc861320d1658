"""System checks: combinations of settings that are allowed one by one and harmful together.

A wrong single value refuses to start already in `onestop/settings.py`.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.files.storage import storages
from django.db import connection
from django.utils import timezone

from onestop import replica
from procedures.calendars import unofficial_year
from procedures.enums import STAFF_ROLES
from procedures.models import CalendarDay, Substitute
from procedures.services.substitutes import without_substitute

SHORTEST_KEY = 32
KEPT_KEYS = {
    "LOOKUP_KEY": ("onestop.W007", "make the look-up secrets on printed receipts useless"),
    "WEBHOOK_KEY": ("onestop.W011", "change the secrets of all webhooks"),
}
BEAT_SECONDS = 60  # the heartbeat's rhythm, see onestop/celery.py
NOT_SENDING = {f"django.core.mail.backends.{kind}.EmailBackend" for kind in ("console", "filebased")}


def is_production() -> bool:
    """A configured database and no DEBUG: somebody relies on this installation."""
    return not settings.DEBUG and not settings.USES_EMBEDDED_POSTGRES


@register(Tags.security)
def check_debug(app_configs, **kwargs) -> list[CheckMessage]:
    if not (settings.DEBUG and settings.HTTPS and not settings.USES_EMBEDDED_POSTGRES):
        return []
    return [
        Error(
            "DEBUG is on while HTTPS is on and DATABASE_URL is set: this looks like a server for the public, "
            "and its error pages would show settings and personal data.",
            hint="Set DEBUG=0.",
            id="onestop.E001",
        )
    ]


@register(Tags.security)
def check_secret_key(app_configs, **kwargs) -> list[CheckMessage]:
    if not is_production() or len(settings.SECRET_KEY) >= SHORTEST_KEY:
        return []
    return [
        Error(
            f"SECRET_KEY has {len(settings.SECRET_KEY)} characters: sessions and look-up secrets can be guessed.",
            hint='Make one with: python -c "import secrets; print(secrets.token_urlsafe(50))"',
            id="onestop.E002",
        )
    ]


@register(Tags.security)
def check_roles_with_second_factor(app_configs, **kwargs) -> list[CheckMessage]:
    """A misspelt role would let everybody in without it."""
    unknown = sorted(set(settings.OTP_REQUIRED_ROLES) - set(STAFF_ROLES))
    if not unknown:
        return []
    return [
        Error(
            f"OTP_REQUIRED_ROLES names what is no role of staff: {', '.join(unknown)}.",
            hint=f"Roles are: {', '.join(STAFF_ROLES)}.",
            id="onestop.E013",
        )
    ]


@register(Tags.security)
def check_keys_of_personal_data(app_configs, **kwargs) -> list[CheckMessage]:
    """Keys that are made from SECRET_KEY would be lost or known with it."""
    if not is_production():
        return []
    keys = (*settings.FIELD_KEYS, settings.ID_HASH_KEY, settings.AUDIT_KEY)
    short = [key for key in keys if len(key) < SHORTEST_KEY]
    problems = [f"{name} is not set" for name in settings.DERIVED_KEYS] or ["a key is too short"] * bool(
        short
    )
    return [
        Error(
            f"{problem}: ID numbers are encrypted and found, and the history is sealed, by keys of their own.",
            hint='Make each with: python -c "import secrets; print(secrets.token_urlsafe(50))", and keep it.',
            id="onestop.E006",
        )
        for problem in problems
    ]


@register(Tags.files)
def check_scanner_folder(app_configs, **kwargs) -> list[CheckMessage]:
    folder = settings.SCANNER_FOLDER
    if not folder or (Path(folder).is_dir() and os.access(folder, os.R_OK | os.X_OK)):
        return []
    return [
        Warning(
            f"SCANNER_FOLDER is {folder}, which is no folder that this account may read: no scans will be found.",
            hint="Mount it, or leave SCANNER_FOLDER empty.",
            id="onestop.W010",
        )
    ]


@register(Tags.files)
def check_folders(app_configs, **kwargs) -> list[CheckMessage]:
    folders = {"ONESTOP_DATA_DIR": settings.DATA_DIR, "DOCUMENT_ROOT": Path(storages["default"].location)}
    return [
        Error(
            f"{name} is {folder}, where this account may not read and write.",
            hint="Give the folder to the account that runs the web server and the workers.",
            id="onestop.E003",
        )
        for name, folder in folders.items()
        if not _is_usable(folder)
    ]


def _is_usable(folder: Path) -> bool:
    """Readable and writable; one that does not exist yet is judged by where it would be made."""
    while not folder.exists():
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.R_OK | os.W_OK | os.X_OK)


@register
def check_parameters(app_configs, **kwargs) -> list[CheckMessage]:
    least = {
        "MAX_SUPPLEMENT_REQUESTS": 1,
        "CLOSE_AFTER_WORKING_DAYS": 1,
        "ONLINE_LAST_MINUTES": 0,
        "ONLINE_ANSWER_WORKING_HOURS": 1,
        "MIN_SUBSTITUTES": 0,
        "UPLOAD_MAX_BYTES": 1,
        "SESSION_COOKIE_AGE": 1,
        "SESSION_IDLE_SECONDS": 1,
        "AXES_FAILURE_LIMIT": 1,
    }
    variables = {
        "UPLOAD_MAX_BYTES": "UPLOAD_MAX_MB",
        "SESSION_COOKIE_AGE": "SESSION_HOURS",
        "SESSION_IDLE_SECONDS": "SESSION_IDLE_MINUTES",
        "AXES_FAILURE_LIMIT": "SIGN_IN_FAILURES",
    }
    found: list[CheckMessage] = [
        Error(
            f"{variables.get(name, name)} must be at least {minimum}.",
            hint="See docs/configuration.md.",
            id="onestop.E004",
        )
        for name, minimum in least.items()
        if getattr(settings, name) < minimum
    ]
    if settings.MAX_SUPPLEMENT_REQUESTS > 1:
        found.append(
            Warning(
                f"MAX_SUPPLEMENT_REQUESTS is {settings.MAX_SUPPLEMENT_REQUESTS}: the law lets an agency ask once.",
                hint="Keep it at 1; the head of the agency may allow a further request for a single dossier.",
                id="onestop.W001",
            )
        )
    if settings.HEARTBEAT_MAX_AGE_SECONDS < 2 * BEAT_SECONDS:
        found.append(
            Warning(
                f"HEARTBEAT_MAX_AGE_SECONDS is {settings.HEARTBEAT_MAX_AGE_SECONDS}, and the heartbeat comes "
                f"every {BEAT_SECONDS} seconds: /readyz would report healthy workers as missing.",
                hint="Set it to 120 or more.",
                id="onestop.W002",
            )
        )
    return found


@register
def check_servers(app_configs, **kwargs) -> list[CheckMessage]:
    if settings.USES_EMBEDDED_POSTGRES == settings.USES_EMBEDDED_REDIS:
        return []
    if settings.USES_EMBEDDED_POSTGRES:
        set_one, other = "REDIS_URL", "DATABASE_URL"
    else:
        set_one, other = "DATABASE_URL", "REDIS_URL"
    return [
        Warning(
            f"{set_one} is set and {other} is not: one server is yours, the other is private to this machine.",
            hint=f"Set {other} too. Web, workers and beat must see the same PostgreSQL and Redis.",
            id="onestop.W003",
        )
    ]


@register
def check_replica_address(app_configs, **kwargs) -> list[CheckMessage]:
    if not settings.DATABASE_REPLICA_URL or settings.DATABASE_REPLICA_URL != settings.DATABASE_URL:
        return []
    return [
        Warning(
            "DATABASE_REPLICA_URL is DATABASE_URL: there is no second server, and look-ups ask the first one.",
            hint="Give the address of a server that streams from the first, or leave it empty.",
            id="onestop.W013",
        )
    ]


@register(Tags.database)
def check_replica(app_configs, databases=None, **kwargs) -> list[CheckMessage]:
    """Whether the replica is there and one; asked by `check --database default`."""
    if not databases or not replica.is_configured():
        return []
    state = replica.standby.look()
    if state in {replica.State.FRESH, replica.State.BEHIND}:
        return []
    fault = "does not answer" if state == replica.State.AWAY else "takes writes, so it is no replica"
    return [
        Warning(
            f"The server of DATABASE_REPLICA_URL {fault}: look-ups ask the primary.",
            hint="See docs/operations.md, The replica is away or behind.",
            id="onestop.W014",
        )
    ]


@register(Tags.urls)
def check_public_url(app_configs, **kwargs) -> list[CheckMessage]:
    """The address is printed on receipts and sent in messages; it must lead here."""
    address = urlsplit(settings.PUBLIC_URL)
    if address.scheme not in {"http", "https"} or not address.hostname:
        return [
            Error(
                f"PUBLIC_URL is {settings.PUBLIC_URL!r}, which is not an http(s) address.",
                hint="Give the address under which applicants reach this installation.",
                id="onestop.E005",
            )
        ]
    found: list[CheckMessage] = []
    if settings.HTTPS and address.scheme != "https":
        found.append(
            Warning(
                f"HTTPS is on and PUBLIC_URL is {settings.PUBLIC_URL}: receipts would carry an address without TLS.",
                hint="Begin PUBLIC_URL with https://.",
                id="onestop.W004",
            )
        )
    hosts = settings.ALLOWED_HOSTS
    wanted = {address.hostname, "*"} | {
        host for host in hosts if host.startswith(".") and f".{address.hostname}".endswith(host)
    }
    if not wanted & set(hosts):
        found.append(
            Warning(
                f"The host of PUBLIC_URL, {address.hostname}, is not in ALLOWED_HOSTS: "
                "the address on receipts would be refused.",
                hint="Add it to ALLOWED_HOSTS.",
                id="onestop.W005",
            )
        )
    return found


@register(deploy=True)
def check_messages_leave_the_machine(app_configs, **kwargs) -> list[CheckMessage]:
    silent = [name for name in ("SMS_GATEWAY_URL", "ZALO_GATEWAY_URL") if not getattr(settings, name)]
    if settings.EMAIL_BACKEND in NOT_SENDING:
        silent.insert(0, "EMAIL_BACKEND")
    return [
        Warning(
            f"{name} is not set: these messages stay in the house and count as sent.",
            hint="Set it, so that applicants are told.",
            id="onestop.W006",
        )
        for name in silent
    ]


@register(Tags.security, deploy=True)
def check_keys_that_are_kept(app_configs, **kwargs) -> list[CheckMessage]:
    """Those that are SECRET_KEY where they are not set; that one may have to be changed in a hurry."""
    faults = []
    for name, (number, lost) in KEPT_KEYS.items():
        key = getattr(settings, name)
        if key == settings.SECRET_KEY:
            faults.append((name, number, f"is not set, or is SECRET_KEY: a new SECRET_KEY would {lost}."))
        elif len(key) < SHORTEST_KEY:
            faults.append((name, number, f"has {len(key)} characters: what is made from it can be guessed."))
    return [
        Warning(
            f"{name} {fault}", hint=f"Set {name} to a long random text of its own and keep it.", id=number
        )
        for name, number, fault in faults
    ]


@register(Tags.security, deploy=True)
def check_keys_differ(app_configs, **kwargs) -> list[CheckMessage]:
    """Whoever learns one key should not have another with it."""
    keys = [("SECRET_KEY", settings.SECRET_KEY)]
    keys += [(name, getattr(settings, name)) for name in ("ID_HASH_KEY", "AUDIT_KEY")]
    keys += [("FIELD_KEYS", key) for key in settings.FIELD_KEYS]
    keys += [(name, key) for name in KEPT_KEYS if (key := getattr(settings, name)) != settings.SECRET_KEY]
    named: dict[str, list[str]] = {}
    for name, key in keys:
        named.setdefault(key, []).append(name)
    return [
        Warning(
            f"{', '.join(names)} are the same text: who learns one has learnt the others.",
            hint="Give each a long random text of its own, and run manage.py rotate_keys.",
            id="onestop.W012",
        )
        for names in named.values()
        if len(names) > 1
    ]


@register(Tags.security)
def check_citizen_sign_in(app_configs, **kwargs) -> list[CheckMessage]:
    return _fault_of_provider("CITIZEN", "citizens", "onestop.W020")


@register(Tags.security)
def check_staff_sign_in(app_configs, **kwargs) -> list[CheckMessage]:
    return _fault_of_provider("STAFF", "staff", "onestop.W021")


def _fault_of_provider(kind: str, people: str, number: str) -> list[CheckMessage]:
    issuer, client, secret = (
        getattr(settings, f"OIDC_{kind}_{name}") for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")
    )
    if issuer and not (client and secret):
        fault = f"OIDC_{kind}_ISSUER is set without client id and secret: {people} cannot sign in."
    elif issuer and settings.HTTPS and not issuer.startswith("https://"):
        fault = f"OIDC_{kind}_ISSUER is {issuer}: identities would come over an open line."
    else:
        return []
    return [Warning(fault, hint=f"See docs/configuration.md, sign-in of {people}.", id=number)]


@register(Tags.database)
def check_substitutes(app_configs, databases=None, **kwargs) -> list[CheckMessage]:
    """Whether every clerk and officer has a substitute (R44); asked by `check --database default`."""
    tables = connection.introspection.table_names() if databases else []
    if Substitute._meta.db_table not in tables or (alone := without_substitute().count()) == 0:
        return []
    return [
        Warning(
            f"{alone} clerk(s) and officer(s) have fewer than {settings.MIN_SUBSTITUTES} substitute(s): "
            "their open tasks would wait for them.",
            hint="The page Absences of the back office names them; substitutes are kept on the account.",
            id="onestop.W009",
        )
    ]


@register(Tags.database)
def check_calendar(app_configs, databases=None, **kwargs) -> list[CheckMessage]:
    """Whether the years that are counted in have an official calendar; asked by `check --database default`."""
    # Migrating asks too, when there may be no table yet.
    tables = connection.introspection.table_names() if databases else []
    if CalendarDay._meta.db_table not in tables:
        return []
    unofficial = unofficial_year(timezone.localdate())
    if unofficial is None:
        return []
    year, estimated = unofficial
    return [
        Warning(
            f"The calendar of {year} is {'provisional' if estimated else 'missing'}: "
            "due dates that reach into it are estimates.",
            hint="Enter the official notice: manage.py import_calendar, or Calendar changes in the back office.",
            id="onestop.W008",
        )
    ]
