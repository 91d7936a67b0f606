from django.db import migrations, models

import pupmatch.lib.ids


class Migration(migrations.Migration):
    dependencies = [
        ("lib", "0004_audit"),
    ]

    operations = [
        migrations.CreateModel(
            name="HeldFile",
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
                ("name", models.CharField(max_length=255)),
                ("holder", models.UUIDField(help_text="The row that needs it.")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name", "holder"), name="held_file_once_per_holder"
                    )
                ],
            },
        ),
    ]
