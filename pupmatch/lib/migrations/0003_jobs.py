import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lib", "0002_initial"),
        ("procrastinate", "0002_procrastinate_3_10"),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[],
            options={"proxy": True, "indexes": [], "constraints": []},
            bases=("procrastinate.procrastinatejob",),
        ),
        migrations.CreateModel(
            name="JobFailure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="failures",
                        to="lib.job",
                    ),
                ),
                ("attempt", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("error", models.TextField()),
            ],
        ),
        # Jobs are deleted by SQL, which knows nothing of Django's cascades.
        migrations.RunSQL(
            "ALTER TABLE lib_jobfailure ADD CONSTRAINT job_failure_goes_with_its_job"
            " FOREIGN KEY (job_id) REFERENCES procrastinate_jobs ON DELETE CASCADE",
            migrations.RunSQL.noop,
        ),
    ]
