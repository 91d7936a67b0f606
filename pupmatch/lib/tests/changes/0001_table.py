from django.db import migrations


class Migration(migrations.Migration):
    operations = [
        migrations.RunSQL(
            "CREATE TABLE change_in_test (id integer); INSERT INTO change_in_test VALUES (1)",
            "DROP TABLE change_in_test",
        )
    ]
