"""Addresses for everybody."""

from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from cases.public.views import HomeView, LookupView

app_name = "public"
urlpatterns = [
    path("", HomeView.as_view(), name="home"),
    path("tra-cuu/", LookupView.as_view(), name="lookup"),
    # Without CSRF: our pages send no referrer, so browsers send `Origin: null`, which Django refuses;
    # and a language that somebody else switched harms nobody.
    path("ngon-ngu/", csrf_exempt(set_language), name="language"),
]
