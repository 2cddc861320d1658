"""`manage.py update_translations`: brings locale/ in line with the texts in the code."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from onestop import translations


class Command(BaseCommand):
    help = "Collects the texts of the code and the templates into locale/*/LC_MESSAGES/django.po."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--check",
            action="store_true",
            help="change nothing; list what lacks a translation or is stale, and exit with 1 if anything does",
        )

    def handle(self, *args, **options):
        try:
            found = translations.collect(settings.BASE_DIR)
            for language in translations.languages():
                if options["check"]:
                    self.check_language(language, found)
                else:
                    self.update_language(language, found)
        except translations.BrokenCatalogue as error:
            raise CommandError(str(error)) from error

    def check_language(self, language, found):
        found_problems = translations.problems(language, found)
        for problem in found_problems:
            self.stderr.write(str(problem))
        if found_problems:
            raise CommandError(f"locale/{language}: {len(found_problems)} texts are not ready.")
        self.stdout.write(f"locale/{language}: complete")

    def update_language(self, language, found):
        path = translations.po_path(language)
        text = translations.merge(language, found)
        if path.exists() and path.read_bytes() == text:
            self.stdout.write(f"locale/{language}: unchanged")
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
        self.stdout.write(f"locale/{language}: {len(found)} texts")
