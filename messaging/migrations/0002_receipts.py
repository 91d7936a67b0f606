from django.db import migrations, models
from django.db.models import F


def read_is_delivered(apps, schema_editor):
    sides = apps.get_model("messaging", "Participant").objects
    sides.filter(read_position__gt=0).update(delivered_position=F("read_position"))


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0001_initial"),
        ("profiles", "0004_privacy"),
    ]

    operations = [
        migrations.AddField(
            model_name="participant",
            name="delivered_position",
            field=models.PositiveIntegerField(
                db_default=0,
                default=0,
                help_text="Up to here some device of this side's has everything.",
            ),
        ),
        migrations.AddField(
            model_name="participant",
            name="shown_position",
            field=models.PositiveIntegerField(
                db_default=0,
                default=0,
                help_text="Up to here it came while it was open on a screen.",
            ),
        ),
        migrations.RunPython(read_is_delivered, migrations.RunPython.noop, elidable=True),
    ]
