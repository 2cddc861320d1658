"""Sign-in with OpenID Connect, through django-allauth: VNeID is a configuration.

Beyond what allauth does: a nonce in every request that must come back in the ID token, the signature of the
ID token always checked, and nothing kept of what the provider tells but the subject.
"""

import logging

import jwt
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from cases.services.accounts import identity_from, level_from, new_citizen, sign_in_citizen

PROVIDER = "citizen"  # its entry in SOCIALACCOUNT_PROVIDERS
# Only with a key pair: a provider that signs with the shared secret could be imitated by whoever learns it.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
CLOCKS_APART = 60  # seconds that the provider's clock may differ

log = logging.getLogger(__name__)


class SignedAdapter(OpenIDConnectOAuth2Adapter):
    """Talks to the configured provider; `OAuth2Error` for every answer that is not as it must be.

    Whoever has such a door of their own says which provider it is, where it sends people back to, and what
    happens with somebody whom it has proven.
    """

    issuer: str
    back: str  # name of the address

    def arrived(self, request, sociallogin) -> None:
        """The nonce is right too."""
        raise NotImplementedError

    def failed(self, request, *, cancelled: bool = False) -> HttpResponse:
        raise NotImplementedError

    @property
    def openid_config(self) -> dict:
        config = super().openid_config
        if not isinstance(config, dict) or not all(isinstance(config.get(name), str) for name in NEEDED):
            raise OAuth2Error("The discovery document is incomplete.")
        if config["issuer"].rstrip("/") != self.issuer.rstrip("/"):
            raise OAuth2Error("The discovery document is another issuer's.")
        return config

    def get_callback_url(self, request, app) -> str:
        return request.build_absolute_uri(reverse(self.back))

    def complete_login(self, request, app, token, **kwargs):
        id_token = kwargs["response"].get("id_token")
        if not isinstance(id_token, str):
            raise OAuth2Error("The answer has no ID token.")
        proven = self.proven(app, id_token)
        claims = {**proven, **self.userinfo_of(proven, token)}
        login = self.get_provider().sociallogin_from_response(request, {"sub": proven["sub"]})
        login.account.extra_data = {}
        login.email_addresses = []
        login.nonce, login.proven, login.claims, login.door = proven["nonce"], proven, claims, self
        return login

    def proven(self, app, id_token: str) -> dict:
        """The claims of an ID token whose signature, issuer, audience and time are right."""
        answer = get_adapter().get_requests_session().get(self.openid_config["jwks_uri"])
        answer.raise_for_status()
        try:
            name = jwt.get_unverified_header(id_token).get("kid")
            keys = jwt.PyJWKSet.from_dict(answer.json()).keys
            fitting = [key for key in keys if key.key_id == name] or (keys if not name else [])
            if len(fitting) != 1:
                raise OAuth2Error("The ID token is signed with an unknown key.")
            return jwt.decode(
                id_token,
                fitting[0],
                algorithms=ALGORITHMS,
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=CLOCKS_APART,
                options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
            )
        except (jwt.PyJWTError, AttributeError, ValueError, TypeError) as error:
            raise OAuth2Error("The ID token is not valid.") from error

    def userinfo_of(self, proven: dict, token) -> dict:
        """What the provider tells beside the ID token, when it is about the same person."""
        if "userinfo_endpoint" not in self.openid_config:
            return {}
        found = self._fetch_user_info(token.token)
        if not isinstance(found, dict) or found.get("sub") != proven["sub"]:
            raise OAuth2Error("The user information is another person's.")
        return found


class CitizenAdapter(SignedAdapter):
    back = "public:signed_in"

    @property
    def issuer(self) -> str:
        return settings.OIDC_CITIZEN_ISSUER

    def arrived(self, request, sociallogin) -> None:
        if sociallogin.is_existing:
            adapter = get_adapter()
            sign_in_citizen(sociallogin.user, adapter.identity(sociallogin), level=adapter.level(sociallogin))

    def failed(self, request, *, cancelled: bool = False) -> HttpResponse:
        return sign_in_failed(request, cancelled=cancelled)


class SocialAdapter(DefaultSocialAccountAdapter):
    """What happens with somebody whom the provider has sent back."""

    def pre_social_login(self, request, sociallogin) -> None:
        sent = (sociallogin.state or {}).get("nonce", "")
        if not sent or not constant_time_compare(sent, sociallogin.nonce):
            log.warning("Sign-in refused: the ID token was not made for this request.")
            raise ImmediateHttpResponse(sociallogin.door.failed(request))
        sociallogin.door.arrived(request, sociallogin)

    def populate_user(self, request, sociallogin, data):
        return sociallogin.user

    def is_open_for_signup(self, request, sociallogin) -> bool:
        return sociallogin.account.provider == PROVIDER

    def save_user(self, request, sociallogin, form=None):
        identity = self.identity(sociallogin)
        new_citizen(sociallogin.user, identity.full_name)
        sociallogin.save(request)
        sign_in_citizen(sociallogin.user, identity, level=self.level(sociallogin))
        return sociallogin.user

    def identity(self, sociallogin):
        return identity_from(sociallogin.claims, settings.OIDC_CITIZEN_CLAIMS)

    def level(self, sociallogin) -> str:
        """Of the ID token alone: it is signed."""
        return level_from(sociallogin.proven, settings.OIDC_CITIZEN_LEVEL_CLAIM, settings.OIDC_CITIZEN_LEVELS)

    def on_authentication_error(self, request, provider, error=None, exception=None, extra_context=None):
        # The kind only: the provider's answer may hold a code or a name.
        log.warning("Sign-in at the provider failed: %s %s", error, type(exception).__name__)
        door = getattr(request, "door", None) or CitizenAdapter(request, PROVIDER)
        raise ImmediateHttpResponse(door.failed(request, cancelled=error == "cancelled"))


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by a provider alone, and no page of allauth is shown."""

    def is_open_for_signup(self, request) -> bool:
        return False

    def login(self, request, user) -> None:
        user.backend = "django.contrib.auth.backends.ModelBackend"
        super().login(request, user)

    def add_message(self, *args, **kwargs) -> None:
        """Who is signed in stands at the top of every page."""

    def respond_user_inactive(self, request, user) -> HttpResponse:
        return sign_in_failed(request, inactive=True)

    def get_login_redirect_url(self, request) -> str:
        return reverse("public:home")

    def get_signup_redirect_url(self, request) -> str:
        return reverse("public:home")


def sign_in_failed(request: HttpRequest, **why) -> HttpResponse:
    """A page that says what to do; cancelling at the provider leads back to the start."""
    if why.get("cancelled"):
        return redirect("public:sign_in")
    answer = render(request, "public/sign_in_failed.html", why, status=403)
    answer["Cache-Control"] = "no-store"
    return answer
