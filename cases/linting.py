"""What the dossiers of a version will need besides the catalogue; looked at when it is published (R8)."""

from collections.abc import Iterator
from dataclasses import fields

from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.pdf import TEMPLATES
from procedures import regimes
from procedures.models import ProcedureVersion
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
