"""Names, ID numbers and phones that are searched for stay out of addresses, histories and logs.

What is typed is sent in the body and kept in the session; the address has a random word that stands for it,
and that means nothing to anybody else. Only a dossier code may stand in an address (`?q=`).
"""

import secrets

from cases.queries import tidy_code

TOKEN = "tim"  # in the address
_KEPT = "dossier_searches"
MOST_KEPT = 20
LONGEST = 300


def keep(request, text: str) -> str:
    """Remember what was typed; returns the word that stands for it in addresses of this session."""
    token = secrets.token_urlsafe(9)
    before = list(request.session.get(_KEPT, {}).items())[1 - MOST_KEPT :]
    typed = "".join(sign if sign.isprintable() else " " for sign in text[:LONGEST])
    request.session[_KEPT] = dict([*before, (token, typed)])
    return token


def kept(request, token: str) -> str | None:
    """What that word stands for; None when it is not of this session, or too old."""
    return request.session.get(_KEPT, {}).get(token)


def text_of(request) -> str:
    """What this page of the list searches for."""
    return kept(request, request.GET.get(TOKEN, "")) or tidy_code(request.GET.get("q", ""))
