"""Addresses for everybody."""

from django.urls import path

from cases.public.views import HomeView, LookupView

app_name = "public"
urlpatterns = [
    path("", HomeView.as_view(), name="home"),
    path("tra-cuu/", LookupView.as_view(), name="lookup"),
]
