import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0024_closed_days_and_visits'),
        ('procedures', '0016_reform_plans'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', models.CharField(max_length=7)),
                ('part', models.CharField(max_length=20)),
                ('language', models.CharField(max_length=2)),
                ('tables', models.JSONField(default=list)),
                ('figures', models.JSONField(default=dict)),
                ('counted_at', models.DateTimeField(null=True)),
                ('until', models.DateTimeField(null=True)),
                ('asked_at', models.DateTimeField(null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('problem', models.TextField(default='')),
                ('looked_at', models.DateTimeField()),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='procedures.agency')),
            ],
        ),
        migrations.CreateModel(
            name='KeptPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.PositiveSmallIntegerField()),
                ('number', models.PositiveIntegerField()),
                ('rows', models.JSONField()),
                ('kept', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pages', to='cases.keptpart')),
            ],
        ),
        migrations.CreateModel(
            name='KeptList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40)),
                ('dossiers', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('kept', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lists', to='cases.keptpart')),
            ],
        ),
        migrations.AddIndex(
            model_name='keptpart',
            index=models.Index(condition=models.Q(('asked_at__isnull', False)), fields=['asked_at'], name='kept_part_waiting'),
        ),
        migrations.AddConstraint(
            model_name='keptpart',
            constraint=models.UniqueConstraint(fields=('agency', 'period', 'part', 'language'), name='kept_part_once'),
        ),
        migrations.AddConstraint(
            model_name='keptpart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('counted_at', None), ('until', None)), models.Q(('counted_at__isnull', False), ('until__isnull', False)), _connector='OR'), name='kept_part_counted_up_to_a_moment'),
        ),
        migrations.AddConstraint(
            model_name='keptpage',
            constraint=models.UniqueConstraint(fields=('kept', 'table', 'number'), name='kept_page_once'),
        ),
        migrations.AddConstraint(
            model_name='keptlist',
            constraint=models.UniqueConstraint(fields=('kept', 'key'), name='kept_list_once'),
        ),
    ]
