"""What a version needs besides the catalogue: templates to print its forms (R8), and forms that do no harm."""

from collections.abc import Iterator
from dataclasses import fields

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.errors import BadFile
from cases.services.documents import check_file
from cases.services.virus_scan import refuse_infected
from notifications.pdf import TEMPLATES
from procedures import regimes
from procedures.models import ProcedureVersion
from procedures.services.forms import PDF, FormRefused
from procedures.services.linting import Finding


def missing_templates(version: ProcedureVersion) -> Iterator[Finding]:
    """Every numbered form of the set in force has a template to print it."""
    forms = regimes.forms_on(max(version.in_force_from, timezone.localdate()))
    for name in (field.name for field in fields(forms)):
        form = getattr(forms, name)
        if not isinstance(form, regimes.OfficialForm) or not form.number:
            continue
        if not (TEMPLATES / f"{name}.typ").is_file():
            sentence = _("There is no template to print form %(number)s, “%(title)s”.")
            yield Finding("R8", sentence % {"number": form.number, "title": form.title}, blocking=True)


def harmless_form(name: str, content: bytes, mime_type: str) -> None:
    """A form to fill in is looked into, and shown to the virus scanner, as every upload is. Raises FormRefused."""
    try:
        if mime_type == PDF:
            check_file(SimpleUploadedFile(name, content))
        else:
            refuse_infected(content, name)
    except BadFile as error:
        raise FormRefused(error.sentence) from error
