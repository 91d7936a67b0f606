import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import pupmatch.lib.ids


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0007_holding"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerWords",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pupmatch.lib.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("sealed", models.TextField()),
                ("replaced_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="messaging.message",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "former words",
                "indexes": [models.Index(fields=["replaced_at"], name="former_words_by_age")],
            },
        ),
    ]
