"""Who asks: user name and password, or the session of the back office."""

from rest_framework import authentication, exceptions

from onestop.signin import FailedSignIns, seconds_to_wait


class BasicAuthentication(authentication.BasicAuthentication):
    """HTTP Basic; many wrong passwords in a row close the account for that address for a while."""

    def authenticate_credentials(self, userid, password, request=None):
        if "\x00" in userid:  # no such name, and PostgreSQL would not even compare it
            raise exceptions.AuthenticationFailed
        plain = getattr(request, "_request", request)  # counting must not make REST framework read the body
        if seconds := seconds_to_wait(plain, userid):
            raise exceptions.Throttled(wait=seconds)
        try:
            return super().authenticate_credentials(userid, password, plain)
        except exceptions.AuthenticationFailed:
            FailedSignIns(plain).count()
            raise
