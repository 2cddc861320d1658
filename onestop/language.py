"""Which language the back office speaks: Vietnamese, unless the person chose another with the switch.

The browser is not asked: many office computers have an English one, and nobody chose that.
"""

from functools import wraps

from django.conf import settings
from django.utils import translation


def vietnamese_first(view):
    """The view in the chosen language, else in that of the settings; `Accept-Language` says nothing."""

    @wraps(view)
    def speaking(request, *args, **kwargs):
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        translation.activate(language)  # the locale middleware has begun the request and ends it
        request.LANGUAGE_CODE = language
        return view(request, *args, **kwargs)

    return speaking
