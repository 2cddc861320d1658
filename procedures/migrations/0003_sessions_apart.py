import django.contrib.postgres.constraints
import django.db.models.constraints
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations

import procedures.models.agencies


class Migration(migrations.Migration):

    dependencies = [
        ('procedures', '0002_law_in_full'),
    ]

    operations = [
        BtreeGistExtension(),  # sessions of one office may not overlap; trusted, so no superuser is needed
        migrations.RemoveConstraint(
            model_name='officesession',
            name='session_opens_once',
        ),
        migrations.AddConstraint(
            model_name='officesession',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], expressions=[('agency', '='), ('days', '='), (procedures.models.agencies._Seconds('opens_at', 'closes_at'), '&&')], name='sessions_apart', violation_error_message='Two sessions of one kind of day overlap.'),
        ),
    ]
