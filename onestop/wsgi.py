"""WSGI entry point, served by granian."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onestop.settings")

application = get_wsgi_application()

from onestop.warm import warm_up  # noqa: E402 - needs the applications loaded

warm_up()
