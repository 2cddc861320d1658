"""Indexes that another one begins with: whatever they served, that one serves (docs/indexes.md)."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

# Table, column (with the kind of index, where it is not the usual one), name as Django gave it.
COVERED = [
    ("cases_dossier", "receiving_desk_id", "cases_dossier_receiving_desk_id_106e1e26"),
    ("cases_dossiercomponent", "dossier_id", "cases_dossiercomponent_dossier_id_2fa58a07"),
    ("cases_dossierevent", "dossier_id", "cases_dossierevent_dossier_id_f1476f74"),
    ("cases_dossierfee", "dossier_id", "cases_dossierfee_dossier_id_ce132f97"),
    ("cases_idempotencykey", "user_id", "cases_idempotencykey_user_id_f50a1b70"),
    ("cases_reschedule", "dossier_id", "cases_reschedule_dossier_id_e6164c7d"),
    ("cases_calendarmove", "revision_id", "cases_calendarmove_revision_id_9d4042a4"),
    ("cases_storedpaper", "applicant_id", "cases_storedpaper_applicant_id_9074a515"),
    ("cases_queueticket", "desk_id", "cases_queueticket_desk_id_03ced0f8"),
    ("cases_queueticket", "service_id", "cases_queueticket_service_id_175737bb"),
    ("cases_registerentry", "book_id", "cases_registerentry_book_id_002cda00"),
    ("cases_webhookdelivery", "webhook_id", "cases_webhookdelivery_webhook_id_6e9dc3fa"),
    ("cases_feedback", "book_id", "cases_feedback_book_id_6c8b4e15"),
    ("cases_ratingscore", "rating_id", "cases_ratingscore_rating_id_df7eb843"),
    ("cases_escalation", "dossier_id", "cases_escalation_dossier_id_480ed4ef"),
    ("cases_agencyday", "agency_id", "cases_agencyday_agency_id_8842809d"),
    # For the beginning of a receipt number, by which nobody searches.
    ("cases_payment", "receipt_number varchar_pattern_ops", "cases_payment_receipt_number_a131662c_like"),
]


def without(table: str, column: str, name: str) -> migrations.RunSQL:
    """Nobody waits for it; an interrupted run is repeated."""
    return migrations.RunSQL(
        f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {table} ({column})",
    )


class Migration(migrations.Migration):
    atomic = False  # as CONCURRENTLY demands

    dependencies = [
        ("cases", "0030_archive"),
        ("procedures", "0016_reform_plans"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *[without(*one) for one in COVERED],
        # The officer's queue goes by dossier_open_by_holder.
        RemoveIndexConcurrently(model_name="dossier", name="dossier_by_holder"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="agencyday",
                    name="agency",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="procedures.agency",
                    ),
                ),
                migrations.AlterField(
                    model_name="calendarmove",
                    name="revision",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="cases.calendarrevision",
                    ),
                ),
                migrations.AlterField(
                    model_name="dossier",
                    name="receiving_desk",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="received_dossiers",
                        to="procedures.agency",
                        verbose_name="receiving desk",
                    ),
                ),
                migrations.AlterField(
                    model_name="dossiercomponent",
                    name="dossier",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="components",
                        to="cases.dossier",
                    ),
                ),
                migrations.AlterField(
                    model_name="dossierevent",
                    name="dossier",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="cases.dossier",
                    ),
                ),
                migrations.AlterField(
                    model_name="dossierfee",
                    name="dossier",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fees",
                        to="cases.dossier",
                    ),
                ),
                migrations.AlterField(
                    model_name="escalation",
                    name="dossier",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="escalations",
                        to="cases.dossier",
                    ),
                ),
                migrations.AlterField(
                    model_name="feedback",
                    name="book",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="cases.feedbackbook",
                    ),
                ),
                migrations.AlterField(
                    model_name="idempotencykey",
                    name="user",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    model_name="queueticket",
                    name="desk",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="procedures.agency",
                    ),
                ),
                migrations.AlterField(
                    model_name="queueticket",
                    name="service",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="cases.queueservice",
                    ),
                ),
                migrations.AlterField(
                    model_name="ratingscore",
                    name="rating",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scores",
                        to="cases.rating",
                    ),
                ),
                migrations.AlterField(
                    model_name="registerentry",
                    name="book",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="cases.registerbook",
                    ),
                ),
                migrations.AlterField(
                    model_name="reschedule",
                    name="dossier",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reschedules",
                        to="cases.dossier",
                    ),
                ),
                migrations.AlterField(
                    model_name="storedpaper",
                    name="applicant",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="cases.applicant",
                        verbose_name="applicant",
                    ),
                ),
                migrations.AlterField(
                    model_name="webhookdelivery",
                    name="webhook",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="cases.webhook",
                    ),
                ),
            ],
        ),
    ]
