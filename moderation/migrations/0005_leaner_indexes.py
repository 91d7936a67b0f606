"""Indexes that no query needs: by opening time, and those that a longer one already starts with."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

# `AlterField` would drop the foreign key as well and check it anew, under a lock on both tables.
STARTED_WITH = {
    "moderation_decision_person_id_a13483b6": ("moderation_decision", "person_id"),
    "moderation_evidencefile_evidence_id_f07e6534": ("moderation_evidencefile", "evidence_id"),
}


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("moderation", "0004_appeal_answers")]

    operations = [
        RemoveIndexConcurrently(model_name="case", name="case_newest"),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX CONCURRENTLY IF EXISTS {index}",
                    f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {index} ON {table} ({column})",
                )
                for index, (table, column) in STARTED_WITH.items()
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="decision",
                    name="person",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="decisions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    model_name="evidencefile",
                    name="evidence",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="moderation.evidence",
                    ),
                ),
            ],
        ),
    ]
