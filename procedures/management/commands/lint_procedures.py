"""`manage.py lint_procedures`: what is wrong with the versions of the catalogue (R1, R4, R18)."""

from django.core.management.base import BaseCommand
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procedures.enums import VersionStatus
from procedures.models import ProcedureVersion
from procedures.services.linting import Linter


class Command(BaseCommand):
    help = (
        "Judges every version that is in force, to come or a draft, and prints what is wrong with it. "
        "Exit code 0; with --strict 1 when a published version lacks what publishing would demand."
    )

    def add_arguments(self, parser):
        parser.add_argument("codes", nargs="*", metavar="CODE", help="only these procedures")
        parser.add_argument("--strict", action="store_true", help="exit code 1 for published versions")

    def handle(self, *, codes: list[str], strict: bool, **options):
        linter, blocked, warned, published = Linter(), 0, 0, 0
        for version in _versions(codes):
            findings = linter.findings(version)
            blocking = any(finding.blocking for finding in findings)
            blocked += blocking
            warned += bool(findings) and not blocking
            published += blocking and version.status == VersionStatus.PUBLISHED
            for finding in findings:
                self.stdout.write(
                    "{:<12} {:>3}  {:<10} {:<4} {:<9} {}".format(
                        version.procedure.code,
                        version.number,
                        version.get_status_display(),
                        finding.rule,
                        _("blocks") if finding.blocking else _("warns"),
                        finding.sentence,
                    )
                )
        self.stdout.write(
            ngettext(
                "%(count)d version cannot be published as it is",
                "%(count)d versions cannot be published as they are",
                blocked,
            )
            % {"count": blocked}
            + _(", %(published)d of them published already; %(warned)d with warnings only.")
            % {"published": published, "warned": warned}
        )
        if strict and published:
            raise SystemExit(1)


def _versions(codes: list[str]):
    """Versions that are not over yet."""
    versions = (
        ProcedureVersion.objects.filter(
            Q(in_force_to__isnull=True) | Q(in_force_to__gte=timezone.localdate())
        )
        .select_related("procedure")
        .prefetch_related("limits", "components", "fees", "steps")
        .order_by("procedure__code", "number")
    )
    return versions.filter(procedure__code__in=codes) if codes else versions
