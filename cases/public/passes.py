"""What the owner's page carries so that its buttons need no second proof: a pass for half an hour.

It goes in the body of a form and names the dossier by its random number: no secret, no person, and
nothing in an address or a log. A new turn of the look-up secret makes it worthless.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.core import signing

from cases.archive import reading as archive
from cases.models import Dossier

MINUTES = 30
_SALT = "owner's page"


def pass_for(dossier: Dossier, year: int | None = None) -> str:
    """`year`: of the archive in which the dossier is."""
    return signing.dumps([str(dossier.uuid), dossier.secret_turn, year], salt=_SALT)


@contextmanager
def opened(text: str) -> Iterator[Dossier | None]:
    """The dossier behind a pass, to be read where it is; None for one that is too old, changed or of an
    earlier turn.
    """
    try:
        uuid, turn, year = signing.loads(text, salt=_SALT, max_age=MINUTES * 60)
    except (signing.BadSignature, ValueError):  # ValueError: a pass of the release before
        yield None
        return
    if year is not None and year not in archive.attached_years():
        yield None
        return
    with archive.reading(year) if year else nullcontext():
        yield Dossier.objects.filter(uuid=uuid, secret_turn=turn, code__isnull=False).first()
