"""Addresses for everybody."""

from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from cases.public import screens
from cases.public.calculator import CalculatorView
from cases.public.notice_choices import notice_choice
from cases.public.views import DownloadView, HomeView, LookupView

app_name = "public"
urlpatterns = [
    path("", HomeView.as_view(), name="home"),
    path("lay-so/<str:token>/", screens.kiosk, name="kiosk"),
    path("lay-so/<str:token>/<uuid:nonce>/", screens.ticket, name="ticket"),
    path("goi-so/<str:token>/", screens.board, name="board"),
    path("goi-so/<str:token>/moi/", screens.board_news, name="board_news"),
    path("thong-bao/<str:token>/", notice_choice, name="notice_choice"),
    path("tra-cuu/", LookupView.as_view(), name="lookup"),
    path("tra-cuu/tai-ve/", DownloadView.as_view(), name="lookup_download"),
    path("tinh-ngay-tra/", CalculatorView.as_view(), name="calculator"),
    path("", include("cases.public.catalogue_urls")),
    # Without CSRF: our pages send no referrer, so browsers send `Origin: null`, which Django refuses;
    # and a language that somebody else switched harms nobody.
    path("ngon-ngu/", csrf_exempt(set_language), name="language"),
]
