"""`manage.py compile_translations`: writes the .mo files that Django reads, without system packages."""

from django.core.management.base import BaseCommand, CommandError

from onestop import translations


class Command(BaseCommand):
    help = "Compiles locale/*/LC_MESSAGES/django.po where it is newer than the compiled file."
    requires_system_checks = []

    def handle(self, *args, **options):
        for language in translations.languages():
            if not translations.po_path(language).exists():
                continue
            try:
                count = translations.compile_catalogue(language)
            except translations.BrokenCatalogue as error:
                raise CommandError(str(error)) from error
            if count is not None:
                self.stdout.write(f"Compiled {language}: {count} texts")
