# The index of what is running gets the order of the lists. Built beside the old one, without a lock that writers
# would wait for.

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # PostgreSQL builds no index concurrently inside a transaction

    dependencies = [
        ('cases', '0022_many_dossiers'),
    ]

    operations = [
        # What is left where the building was broken off; then it is built from the beginning.
        migrations.RunSQL(
            'DROP INDEX CONCURRENTLY IF EXISTS dossier_running_due_first', migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            model_name='dossier',
            index=models.Index(
                condition=models.Q(('finished_at__isnull', True), ('state__in', ['digitized', 'processing', 'received'])),
                fields=['due_at', 'id'],
                name='dossier_running_due_first',
            ),
        ),
        RemoveIndexConcurrently(
            model_name='dossier',
            name='dossier_running_due',
        ),
    ]
