"""The yardstick of the look-up: Django with nothing but one view and one statement, on the same server.

Settings, addresses and application in one file; the database is that of the installation.
"""

import os
from functools import cache

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.bare")

from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.urls import path

from onestop import settings as installation

SECRET_KEY = installation.SECRET_KEY
DATABASES = {
    "default": installation.DATABASES["default"]
    | {"ENGINE": "django.db.backends.postgresql", "CONN_HEALTH_CHECKS": False}
}
ALLOWED_HOSTS = installation.ALLOWED_HOSTS
USE_TZ = True
MIDDLEWARE = []
INSTALLED_APPS = []
ROOT_URLCONF = "benchmarks.bare"


def status(request, code: str) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, finished_at, ended_at FROM cases_dossier WHERE code = %s", [code])
        row = cursor.fetchone()
    if row is None:
        return HttpResponse(status=404)
    found = JsonResponse({"code": row[0], "finished": row[1] is not None or row[2] is not None})
    found["Content-Length"] = len(found.content)  # or the server sends it in chunks
    return found


urlpatterns = [path("api/v1/status/<str:code>/", status)]


@cache
def _handler():
    """Made with the first request: this file is also the settings, which are read before."""
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def application(environ, start_response):
    return _handler()(environ, start_response)
