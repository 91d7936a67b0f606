from django.db import migrations

from pupmatch.lib.jobs.migrations._upstream import DROP_EVERYTHING, operations


class Migration(migrations.Migration):
    """The first half: values that it adds to an enum can be used once it has committed."""

    initial = True

    dependencies = []

    operations = [
        *operations("0001", "0028"),
        migrations.RunSQL(migrations.RunSQL.noop, DROP_EVERYTHING),
    ]
