"""`manage.py verify_audit`: whether the history is what was written."""

import json
from pathlib import Path

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from cases import audit_chain
from cases.management.plain import PlainCommand
from cases.services import audit
from procedures.models import Agency


class Command(PlainCommand):
    help = (
        "Recompute the chain of the history and name every row that was changed, removed or put in. "
        "Ends with 1 when there is one. With --heads the ends of the chains are compared with those of the "
        "run before and kept in that file: keep it where administrators of the database cannot write."
    )

    def add_arguments(self, parser):
        parser.add_argument("--agency", default="", help="identifier such as H41.101; with those below it")
        parser.add_argument("--heads", default="", help="file with the ends of the chains")

    def handle(self, *args, agency, heads, **options):
        chosen = self.agency(agency)
        known = self.read(heads)
        audit.chain_waiting(chosen)
        agencies = audit_chain.chained_agencies(chosen)
        found = [
            finding for one in agencies for finding in audit_chain.verify(one, known.get(one.identifier))
        ] + [*audit_chain.unchained(chosen), *audit_chain.broken_seals()]
        for finding in found:
            place = finding.agency if finding.number is None else f"{finding.agency} {finding.number}"
            self.stderr.write(f"{place}: {finding.sentence}")
        ends = audit_chain.heads(agencies)
        for identifier, (number, end) in ends.items():
            self.stdout.write(f"{identifier} {number} {end}")
        if found:
            raise CommandError(
                _("Found: %(count)s. The history is not what was written.") % {"count": len(found)}
            )
        if heads:
            Path(heads).write_text(json.dumps(known | ends, indent=1))
        self.stdout.write(_("The history is what was written."))

    def agency(self, identifier: str) -> Agency | None:
        if not identifier:
            return None
        found = Agency.objects.filter(identifier=identifier).first()
        if found is None:
            self.refuse(_("There is no agency %(identifier)s.") % {"identifier": identifier})
        return found

    def read(self, heads: str) -> dict[str, list]:
        try:
            return json.loads(Path(heads).read_text()) if heads and Path(heads).exists() else {}
        except (OSError, ValueError) as error:
            self.refuse(_("The file %(file)s cannot be read: %(error)s") % {"file": heads, "error": error})
