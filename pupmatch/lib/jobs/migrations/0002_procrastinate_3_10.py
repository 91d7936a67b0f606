from django.db import migrations

from pupmatch.lib.jobs.migrations._upstream import DROP_EVERYTHING, operations, statements


class Migration(migrations.Migration):
    """The rest up to release 3.10. What a newer one adds gets a migration of its own here."""

    dependencies = [("procrastinate", "0001_procrastinate")]

    operations = [
        *operations("0029", "0041"),
        migrations.RunSQL(migrations.RunSQL.noop, [DROP_EVERYTHING, *statements("0001", "0028")]),
    ]
