"""WSGI entry point, served by granian."""

import os

from django.core.wsgi import get_wsgi_application

from onestop.warm import warm_up

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onestop.settings")

application = get_wsgi_application()
warm_up()
