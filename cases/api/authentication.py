"""Who asks: an access token, or the session of the back office."""

from django.http import HttpRequest
from django.utils import timezone
from knox.auth import TokenAuthentication as KnoxAuthentication
from rest_framework import exceptions

from cases.models import AccessToken
from cases.services import tokens


class TokenAuthentication(KnoxAuthentication):
    """`Authorization: Bearer <token>`; the token is in `request.auth` and narrows what its account may do."""

    def authenticate_credentials(self, token: bytes):
        if not token.isalnum():  # hexadecimal is all that was ever given out
            raise exceptions.AuthenticationFailed
        user, found = super().authenticate_credentials(token)
        tokens.note_use(found)
        return user, found

    def _cleanup_token(self, auth_token: AccessToken) -> bool:
        """Whether it opens nothing any more. Knox would delete it; it stays, to tell who had access when."""
        return not auth_token.is_valid_at(timezone.now())


def token_of(request: HttpRequest) -> AccessToken | None:
    """The token of the request; None for a person in the session of the back office."""
    return request.auth if isinstance(request.auth, AccessToken) else None
