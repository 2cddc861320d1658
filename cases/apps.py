"""App configuration of the dossiers."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("Dossiers")

    def ready(self):
        """The catalogue knows nothing of printed forms and of PDFs, so checks of them come from here."""
        from cases import checks  # noqa: F401 - registers the system checks
        from cases.linting import harmless_form, missing_templates
        from cases.services import channels_around
        from procedures.services import forms, linting

        linting.register(missing_templates)
        forms.register(harmless_form)
        channels_around.listen()
        self._count_anew_when_a_calendar_changes()
        post_migrate.connect(_archive_follows, sender=self, dispatch_uid="archived years follow")

    def _count_anew_when_a_calendar_changes(self):
        """The catalogue says that hours or days changed and knows nothing of promises; they are ours."""
        from cases.services.revisions import count_anew
        from procedures.signals import calendar_changed

        def on_change(sender, agency, reason, **kwargs):
            count_anew(agency, reason=reason)

        calendar_changed.connect(on_change, weak=False, dispatch_uid="count open promises anew")


def _archive_follows(sender, plan=(), **kwargs):
    """Years that were archived by an older release get the columns of this one."""
    from cases.archive import schemas

    if plan and not any(backwards for _migration, backwards in plan):
        schemas.follow()
