# What waits for the signature of the head, without a lock that writers of a register would wait for.

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # PostgreSQL builds no index concurrently inside a transaction

    dependencies = [
        ('cases', '0040_partners'),
    ]

    operations = [
        # What is left where the building was broken off; then it is built from the beginning.
        migrations.RunSQL('DROP INDEX CONCURRENTLY IF EXISTS register_entry_to_sign', migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name='registerentry',
            index=models.Index(condition=models.Q(('is_electronic', True), ('signed_at__isnull', True), ('voided_at__isnull', True)), fields=['at'], name='register_entry_to_sign'),
        ),
    ]
