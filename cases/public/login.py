"""Citizens sign in and out; `citizen_required` for pages that are theirs alone."""

import logging
import secrets
from functools import wraps
from urllib.parse import urlencode

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.public.oidc import PROVIDER, CitizenAdapter, sign_in_failed
from cases.services.accounts import applicant_of
from procedures.enums import Role

log = logging.getLogger(__name__)


def is_connected() -> bool:
    """Whether this installation has an identity provider for citizens."""
    return bool(settings.OIDC_CITIZEN_ISSUER and settings.OIDC_CITIZEN_CLIENT_ID)


def is_citizen(user) -> bool:
    return user.is_authenticated and user.role == Role.CITIZEN


def citizen_required(view):
    """The view gets `request.applicant`, the person who signed in; others are sent to sign in first.

    Somebody who signed in without a verified ID number reads why nothing can be shown.
    """

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not is_citizen(request.user):
            wanted = request.get_full_path() if request.method == "GET" else request.path
            return redirect(f"{reverse('public:sign_in')}?{urlencode({'next': wanted})}")
        request.applicant = applicant_of(request.user)
        if request.applicant is None:
            return render(request, "public/not_identified.html", status=403)
        return view(request, *args, **kwargs)

    return guarded


def safe_next(request: HttpRequest) -> str:
    """Where to go after the sign-in: an address of this site, never one of somebody else."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    here = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if here and wanted.startswith("/") else reverse("public:home")


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """GET: the button that leads to the provider; POST: go there. A form, so that no link signs anybody in."""
    wanted = safe_next(request)
    if request.method == "GET":
        if is_citizen(request.user):
            return redirect(wanted)
        return render(
            request,
            "public/sign_in.html",
            {"next": wanted, "connected": is_connected(), "provider": settings.OIDC_CITIZEN_NAME},
        )
    if not is_connected():
        return render(request, "public/sign_in.html", {"next": wanted, "connected": False}, status=503)
    nonce = secrets.token_urlsafe(24)
    provider = get_adapter().get_provider(request, provider=PROVIDER)
    provider.oauth2_adapter_class = CitizenAdapter
    try:
        return provider.redirect(
            request, AuthProcess.LOGIN, next_url=wanted, auth_params={"nonce": nonce}, nonce=nonce
        )
    except ImmediateHttpResponse as error:
        return error.response
    except (OSError, OAuth2Error, ValueError) as error:
        log.warning("The identity provider cannot be asked: %s", type(error).__name__)
        return render(request, "public/sign_in_failed.html", {"away": True}, status=503)


@never_cache
@require_GET
def signed_in(request: HttpRequest) -> HttpResponse:
    """Where the provider sends people back to: state, code, PKCE, ID token and nonce are checked here."""
    if not is_connected():
        return redirect("public:sign_in")
    try:
        return OAuth2CallbackView.adapter_view(CitizenAdapter(request, PROVIDER))(request)
    except (OSError, KeyError, ValueError) as error:
        log.warning("The provider's answer cannot be read: %s", type(error).__name__)
        return sign_in_failed(request)


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("public:home")
