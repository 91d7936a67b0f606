from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("demo", "0001_table")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE change_in_test ADD COLUMN size integer",
            "ALTER TABLE change_in_test DROP COLUMN size",
        )
    ]
