"""The second factor of staff: turned on by the person, asked at every sign-in, reset by who keeps accounts.

Everything that changes it is recorded in the history of the account.
"""

import base64
import hashlib
import json
import math
import re
import secrets
import time
from datetime import timedelta
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_otp.oath import TOTP

from onestop import access
from procedures.models import Authenticator, RecoveryCode, Staff

SECRET_BYTES = 20  # RFC 4226 §4 R6
STEPS_APART = 1  # of 30 seconds: so much may the clock of a telephone be wrong
RECOVERY_CODES = 10
RECOVERY_BYTES = 10  # 80 bits: nobody guesses the code to a hash, so the hash needs no salt and no time


class CodeRefused(Exception):
    """The code does not fit; `sentence` tells the person what to do."""

    field = "code"

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


def begin(user: Staff) -> Authenticator:
    """The app that the person is about to set up, with a new secret; counts for nothing until `confirm`."""
    if user.second_factor_since:
        raise CodeRefused(_("The second factor is on already."))
    secret = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    device, _made = Authenticator.objects.update_or_create(
        user=user, defaults={"secret": secret, "confirmed": False, "last_step": -1, "failures": 0}
    )
    return device


def begun(user: Staff) -> Authenticator | None:
    return Authenticator.objects.filter(user=user, confirmed=False).first()


@transaction.atomic
def confirm(user: Staff, typed: str) -> tuple[Authenticator, list[str]]:
    """Turn it on, once the app shows the right code; returns the recovery codes, which are shown this once.

    Every other session of the account is asked for a code from now on. Raises `CodeRefused`.
    """
    device = Authenticator.objects.select_for_update().filter(user=user, confirmed=False).first()
    step = device and _step_of(device, _tidy(typed))
    if step is None:
        raise CodeRefused(_wrong())
    device.confirmed, device.last_step = True, step
    device.save()
    _set_since(user, timezone.now())
    _record(user, by=user, flag=ADDITION)
    return device, _new_codes(user)


def check(user: Staff, typed: str) -> Authenticator:
    """Take a code of the app or a recovery code; neither works twice. Raises `CodeRefused`.

    After `SIGN_IN_FAILURES` wrong ones in a row none is looked at for `SIGN_IN_LOCK_MINUTES`, from wherever:
    only who has the password gets this far.
    """
    with transaction.atomic():  # a wrong code is counted, so the refusal waits for the commit
        device = Authenticator.objects.select_for_update().filter(user=user, confirmed=True).first()
        refusal = _look_at(device, _tidy(typed)) if device else _wrong()
    if refusal:
        raise CodeRefused(refusal)
    return device


def turn_off(user: Staff, typed: str) -> None:
    """By the person, with a code. Raises `CodeRefused`."""
    check(user, typed)
    _remove(user, by=user)


def renew_codes(user: Staff, typed: str) -> list[str]:
    """Ten new recovery codes in place of the old ones, against a code. Raises `CodeRefused`."""
    check(user, typed)
    with transaction.atomic():
        _record(user, by=user, flag=CHANGE)
        return _new_codes(user)


def reset(person: Staff, *, by: Staff) -> None:
    """For a colleague whose app is lost: the password alone opens the account until it is turned on again.

    Raises `PermissionDenied` for who does not keep this account, and for the own one: that would be a way
    around the code for whoever sits at an open computer.
    """
    if person.pk == by.pk or not (access.keeps_agencies(by) and access.may_keep_person(by, person)):
        raise PermissionDenied
    _remove(person, by=by)


def codes_left(user: Staff) -> int:
    return RecoveryCode.objects.filter(staff=user, used_at=None).count()


def address_for_app(device: Authenticator) -> str:
    """The `otpauth` address in the QR code; apps list it under the name of this installation."""
    issuer = urlsplit(settings.PUBLIC_URL).hostname or "onestop"
    label = quote(f"{issuer}:{device.user.get_username()}")
    return f"otpauth://totp/{label}?{urlencode({'secret': device.secret, 'issuer': issuer})}"


# --- Codes ----------------------------------------------------------------------------------------


def _look_at(device: Authenticator, code: str) -> str:
    """What is wrong with the code; empty when it was taken. The caller holds the row."""
    if minutes := _minutes_closed(device):
        return ngettext(
            "Too many wrong codes. Wait %(minutes)s minute and try again.",
            "Too many wrong codes. Wait %(minutes)s minutes and try again.",
            minutes,
        ) % {"minutes": minutes}
    step = _step_of(device, code)
    if step is None and not _use_recovery_code(device.user_id, code):
        device.failures, device.failed_at = device.failures + 1, timezone.now()
        device.save(update_fields=["failures", "failed_at"])
        return _wrong()
    device.last_step = device.last_step if step is None else step
    device.failures, device.failed_at = 0, None
    device.save(update_fields=["last_step", "failures", "failed_at"])
    return ""


def _minutes_closed(device: Authenticator) -> int:
    """Whole minutes until a code is looked at again; 0 = now. What is over counts from the beginning."""
    if device.failures < settings.AXES_FAILURE_LIMIT:
        return 0
    left = device.failed_at + settings.AXES_COOLOFF_TIME - timezone.now()
    if left > timedelta(0):
        return math.ceil(left.total_seconds() / 60)
    device.failures = 0
    return 0


def _step_of(device: Authenticator, code: str) -> int | None:
    """The time step that this code of the app belongs to, if it fits now and is newer than the last one taken."""
    if not re.fullmatch(r"[0-9]{6}", code):
        return None
    clock = TOTP(base64.b32decode(device.secret))
    clock.time = time.time()
    fits = clock.verify(int(code), tolerance=STEPS_APART, min_t=device.last_step + 1)
    return clock.t() if fits else None


def _use_recovery_code(user_id: int, code: str) -> bool:
    unused = RecoveryCode.objects.filter(staff=user_id, digest=_digest(code), used_at=None)
    return unused.update(used_at=timezone.now()) == 1


def _new_codes(user: Staff) -> list[str]:
    codes = [base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode() for _n in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(staff=user).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(staff=user, digest=_digest(code)) for code in codes)
    return ["-".join(re.findall("....", code)) for code in codes]


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _tidy(typed: str) -> str:
    """As people write it down: blanks, dashes and small letters mean nothing."""
    return re.sub(r"[\s-]", "", typed).upper()


def _wrong() -> str:
    return _(
        "This code is not right, or it was used already. Wait for the next code in the app and type that one."
    )


# --- The account ----------------------------------------------------------------------------------


@transaction.atomic
def _remove(user: Staff, *, by: Staff) -> None:
    Authenticator.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(staff=user).delete()
    _set_since(user, None)
    _record(user, by=by, flag=DELETION)


def _set_since(user: Staff, moment) -> None:
    user.second_factor_since = moment
    Staff.objects.filter(pk=user.pk).update(second_factor_since=moment)


def _record(user: Staff, *, by: Staff, flag: int) -> None:
    """In the history of the account, where its other changes are; Django translates the sentence."""
    what = {"name": "second factor", "object": user.get_username()}
    verb = {ADDITION: "added", CHANGE: "changed", DELETION: "deleted"}[flag]
    LogEntry.objects.create(
        user_id=by.pk,
        content_type=ContentType.objects.get_for_model(Staff),
        object_id=str(user.pk),
        object_repr=str(user)[:200],
        action_flag=CHANGE,
        change_message=json.dumps(
            [{verb: {**what, "fields": ["recovery codes"]} if verb == "changed" else what}]
        ),
    )
