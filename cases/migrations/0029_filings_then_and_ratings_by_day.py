# AddIndexConcurrently: both tables grow and are written to at every desk meanwhile.

import datetime

import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.functions.comparison
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('cases', '0028_stuck_agencies'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='dossier',
            index=django.contrib.postgres.indexes.GistIndex(models.Func('filed_at', django.db.models.functions.comparison.Greatest('filed_at', django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Least('received_at', 'ended_at'), models.Value(datetime.datetime(9000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)))), models.Value('[]'), function='TSTZRANGE', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), condition=models.Q(('received_at__isnull', True), ('received_at__gt', models.F('filed_at')), _connector='OR'), name='dossier_waiting'),
        ),
        AddIndexConcurrently(
            model_name='rating',
            index=models.Index(fields=['at'], name='rating_at'),
        ),
    ]
