import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("profiles", "0008_moves_tell_nothing")]

    operations = [
        migrations.AddField(
            model_name="profile",
            name="seen_cells",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                blank=True,
                editable=False,
                null=True,
                size=None,
            ),
        ),
    ]
