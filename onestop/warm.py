"""What a web process would otherwise do in front of the first person who asks: about half a second, once."""

from pathlib import Path

from django.template import TemplateSyntaxError, engines
from django.template.utils import get_app_template_dirs
from django.urls import reverse


def warm_up() -> None:
    """Load every view and compile every template; Django keeps both for the life of the process."""
    reverse("healthz")  # the first address that is asked for loads them all
    for folder in get_app_template_dirs("templates"):
        for file in Path(folder).rglob("*.html"):
            compile_template(str(file.relative_to(folder)))


def compile_template(name: str) -> None:
    try:
        engines["django"].get_template(name)
    except TemplateSyntaxError:
        # Libraries bring templates for other libraries, which are not here; a page that needs one says so itself.
        return
