"""`manage.py make_token`: an access token of the API, printed once."""

from django.utils.translation import gettext as _

from cases.errors import CaseError
from cases.management.plain import PlainCommand
from cases.scopes import Scope
from cases.services.tokens import make_token
from procedures.models import Agency, Staff


class Command(PlainCommand):
    help = (
        "Prints a new access token of the API for an account. It is shown this once: the database keeps only"
        " its hash. Whoever has it acts for the account within its scopes."
    )

    def add_arguments(self, parser):
        parser.add_argument("username", help="the account that the token acts for")
        parser.add_argument("--name", required=True, help="what uses it, and where")
        parser.add_argument(
            "--scopes", required=True, help=f"separated by commas, out of: {', '.join(Scope.values)}"
        )
        parser.add_argument("--agency", help="identifier of the agency that it is narrowed to")
        parser.add_argument("--days", type=int, help="how long it is valid; default: TOKEN_DAYS")

    def handle(
        self, *, username: str, name: str, scopes: str, agency: str | None, days: int | None, **options
    ):
        account = Staff.objects.filter(username=username, is_active=True).first()
        if account is None:
            self.refuse(_("There is no active account “%(username)s”.") % {"username": username})
        wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
        try:
            _token, text = make_token(
                account, by=None, name=name, scopes=wanted, agency=self._agency(agency), days=days
            )
        except CaseError as error:
            self.refuse(error.sentence)
        self.stdout.write(text)

    def _agency(self, identifier: str | None) -> Agency | None:
        if identifier is None:
            return None
        agency = Agency.objects.filter(identifier=identifier).first()
        if agency is None:
            self.refuse(_("There is no agency with the identifier “%(value)s”.") % {"value": identifier})
        return agency
