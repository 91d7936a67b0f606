from django.db import migrations

NOTIFIES = "procrastinate_jobs_notify_queue_job_inserted_v1"


class Migration(migrations.Migration):
    """What PupMatch changes about the queue."""

    dependencies = [("procrastinate", "0002_procrastinate_3_10")]

    operations = [
        # NOTIFY takes one lock for all of the database until the commit is on disk, so that nobody
        # else commits meanwhile: nearly half of all transactions a second. Workers look by themselves.
        migrations.RunSQL(
            f"ALTER TABLE procrastinate_jobs DISABLE TRIGGER {NOTIFIES}",
            f"ALTER TABLE procrastinate_jobs ENABLE TRIGGER {NOTIFIES}",
        ),
        # The list of what staff have to look at, and its length in every scrape of the metrics.
        migrations.RunSQL(
            "CREATE INDEX job_failed ON procrastinate_jobs (id) WHERE status = 'failed'",
            "DROP INDEX job_failed",
        ),
    ]
