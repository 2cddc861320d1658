"""What the owner's page carries so that its buttons need no second proof: a pass for half an hour.

It goes in the body of a form and names the dossier by its random number: no secret, no person, and
nothing in an address or a log. A new turn of the look-up secret makes it worthless.
"""

from django.core import signing

from cases.models import Dossier

MINUTES = 30
_SALT = "owner's page"


def pass_for(dossier: Dossier) -> str:
    return signing.dumps([str(dossier.uuid), dossier.secret_turn], salt=_SALT)


def dossier_of(text: str) -> Dossier | None:
    """The dossier behind a pass; None for one that is too old, changed or of an earlier turn."""
    try:
        uuid, turn = signing.loads(text, salt=_SALT, max_age=MINUTES * 60)
    except signing.BadSignature:
        return None
    return Dossier.objects.filter(uuid=uuid, secret_turn=turn, code__isnull=False).first()
