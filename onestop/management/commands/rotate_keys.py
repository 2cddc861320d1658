"""`manage.py rotate_keys`: encrypt again with the newest of FIELD_KEYS."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from cases.archive import schemas
from cases.archive.reading import attached_years, reading
from cases.archive.tables import moved
from onestop.rewriting import encrypted_columns, hash_columns, rehash, rewrite


class Command(BaseCommand):
    help = (
        "Encrypt again with the newest of FIELD_KEYS whatever an older one wrote, and make the hashes of ID "
        "numbers again after a change of ID_HASH_KEY. May be stopped and started again at any time, while "
        "the system is in use; an old key may leave FIELD_KEYS once this has come to its end."
    )

    def handle(self, *args, **options):
        for model, name in encrypted_columns():
            self.say(model, name, self.rewritten(model, model._meta.get_field(name).column))
        for model, name in hash_columns():
            field = model._meta.get_field(name)
            done = sum(rehash(model._meta.db_table, field.column, model._meta.get_field(field.of).column))
            self.say(model, name, done)

    def rewritten(self, model, column: str) -> int:
        """Also in the years of the archive that are there; each of those in one transaction, which nobody waits for."""
        done = sum(rewrite(model._meta.db_table, column))
        if model in {table.model for table in moved()}:
            for year in attached_years():
                with reading(year), schemas.archiving():
                    done += sum(rewrite(model._meta.db_table, column))
        return done

    def say(self, model, name: str, count: int) -> None:
        self.stdout.write(
            _("%(column)s: %(count)s written anew.")
            % {"column": f"{model._meta.db_table}.{name}", "count": count}
        )
