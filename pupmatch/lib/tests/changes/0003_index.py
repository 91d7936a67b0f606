from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("demo", "0002_column")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS change_by_size ON change_in_test (size)",
            "DROP INDEX CONCURRENTLY IF EXISTS change_by_size",
        )
    ]
