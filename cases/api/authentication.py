"""Who asks: user name and password, or the session of the back office."""

from rest_framework import authentication, exceptions

from onestop.signin import FailedSignIns


class BasicAuthentication(authentication.BasicAuthentication):
    """HTTP Basic; many wrong passwords in a row close the name for that address for a while."""

    def authenticate_credentials(self, userid, password, request=None):
        if "\x00" in userid:  # no such name, and PostgreSQL would not even compare it
            raise exceptions.AuthenticationFailed
        failed = FailedSignIns(request, userid)
        if failed.is_closed:
            raise exceptions.Throttled(wait=failed.seconds_to_wait)
        try:
            return super().authenticate_credentials(userid, password, request)
        except exceptions.AuthenticationFailed:
            failed.count()
            raise
