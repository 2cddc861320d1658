"""Addresses."""

from django.contrib import admin
from django.urls import include, path

from cases.admin import staff_sign_in
from onestop import health
from onestop.metrics import page

urlpatterns = [
    path("quan-tri/dang-nhap/", staff_sign_in.sign_in, name="staff_sign_in"),
    path("quan-tri/dang-nhap/tra-loi/", staff_sign_in.signed_in, name="staff_signed_in"),
    path("quan-tri/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", page.metrics, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/", include("cases.api.urls")),
    path("", include("cases.public.urls")),
]

handler400 = "onestop.faults.bad_request"
handler403 = "onestop.faults.forbidden"
handler404 = "onestop.faults.not_found"
handler500 = "onestop.faults.server_error"
