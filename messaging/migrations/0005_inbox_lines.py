import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What a line of the inbox shows stands in its own row; filled by the next migration."""

    dependencies = [
        ("messaging", "0004_search"),
    ]

    operations = [
        migrations.AddField(
            model_name="participant",
            name="match_id",
            field=models.UUIDField(
                blank=True, help_text="The match, whose table stands a room above.", null=True
            ),
        ),
        migrations.AddField(
            model_name="participant",
            name="last_message",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                help_text="The one at the end, even where this side cleared it away.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="messaging.message",
            ),
        ),
        migrations.AddField(
            model_name="participant",
            name="closed_at",
            field=models.DateTimeField(blank=True, help_text="The conversation's.", null=True),
        ),
        migrations.AddField(
            model_name="participant",
            name="other_read_position",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="participant",
            name="other_delivered_position",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
