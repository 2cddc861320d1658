"""Sign-in of staff by an OpenID Connect provider: a second door to accounts that are there already.

No account is made and none is linked for good: whoever keeps the accounts here decides who works here, and
the provider only says who somebody is. What it tells is not kept.
"""

import logging
import secrets

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases.public.oidc import SignedAdapter
from onestop.language import vietnamese_first
from onestop.second_factor import BY_PROVIDER
from onestop.signin import is_staff_connected, wanted_page
from procedures.enums import Role
from procedures.models import Staff

PROVIDER = "staff"  # its entry in SOCIALACCOUNT_PROVIDERS

log = logging.getLogger(__name__)


class StaffAdapter(SignedAdapter):
    back = "staff_signed_in"

    @property
    def issuer(self) -> str:
        return settings.OIDC_STAFF_ISSUER

    def arrived(self, request, sociallogin) -> None:
        """Ends the way of allauth here, before it would open an account."""
        person = account_of(sociallogin.claims)
        if person is None:
            log.warning("Sign-in of staff refused: the provider's person has no active account here.")
            sentence = _(
                "Your account at %(provider)s belongs to no account here. Ask whoever keeps the accounts of "
                "your agency, or sign in with your password."
            ) % {"provider": settings.OIDC_STAFF_NAME}
            raise ImmediateHttpResponse(refused(request, sentence))
        login(request, person, backend="django.contrib.auth.backends.ModelBackend")
        asked_there = has_second_factor(sociallogin.proven)
        request.session[BY_PROVIDER] = asked_there
        log.info("Sign-in of staff by the provider, %s second factor there.", "with" if asked_there else "no")
        raise ImmediateHttpResponse(redirect(sociallogin.state.get("next") or "admin:index"))

    def failed(self, request, *, cancelled: bool = False) -> HttpResponse:
        if cancelled:
            return redirect("admin:login")
        return refused(request, _("The sign-in did not succeed. Nobody was signed in. Try again."))


def account_of(claims: dict) -> Staff | None:
    """The active member of staff whose name of the account is the claim; an e-mail address only when verified."""
    name = claims.get(settings.OIDC_STAFF_CLAIM)
    if not isinstance(name, str) or not name or "\x00" in name:
        return None
    if settings.OIDC_STAFF_CLAIM == "email" and claims.get("email_verified") is not True:
        return None
    people = Staff.objects.filter(is_active=True, is_staff=True).exclude(role__in=["", Role.CITIZEN])
    return people.filter(username=name).first()


def has_second_factor(proven: dict) -> bool:
    """Whether the signed ID token says so, in the words that this installation was told to believe."""
    ways = proven.get("amr")
    said = {way for way in ways if isinstance(way, str)} if isinstance(ways, list) else set()
    if isinstance(proven.get("acr"), str):
        said.add(proven["acr"])
    return bool(said & set(settings.OIDC_STAFF_SECOND_FACTOR))


def refused(request: HttpRequest, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return redirect("admin:login")


@vietnamese_first
@never_cache
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """To the provider. A form, so that no link signs anybody in."""
    if not is_staff_connected():
        return redirect("admin:login")
    nonce = secrets.token_urlsafe(24)
    provider = get_adapter().get_provider(request, provider=PROVIDER)
    provider.oauth2_adapter_class = StaffAdapter
    request.door = StaffAdapter(request, PROVIDER)
    try:
        return provider.redirect(
            request,
            AuthProcess.LOGIN,
            next_url=wanted_page(request),
            auth_params={"nonce": nonce},
            nonce=nonce,
        )
    except ImmediateHttpResponse as error:
        return error.response
    except (OSError, OAuth2Error, ValueError) as error:
        log.warning("The identity provider of staff cannot be asked: %s", type(error).__name__)
        return refused(
            request,
            _("%(provider)s does not answer. Sign in with your password, or try again later.")
            % {"provider": settings.OIDC_STAFF_NAME},
        )


@vietnamese_first
@never_cache
@require_GET
def signed_in(request: HttpRequest) -> HttpResponse:
    """Where the provider sends people back to: state, code, PKCE, ID token and nonce are checked on the way."""
    if not is_staff_connected():
        return redirect("admin:login")
    request.door = StaffAdapter(request, PROVIDER)
    try:
        return OAuth2CallbackView.adapter_view(request.door)(request)
    except (OSError, KeyError, ValueError) as error:
        log.warning("The answer of the provider of staff cannot be read: %s", type(error).__name__)
        return request.door.failed(request)
