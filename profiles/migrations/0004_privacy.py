from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0003_breeds"),
    ]

    operations = [
        migrations.AddField(
            model_name="preferences",
            name="presence",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Whether matches see that I am here or typing, and I see them.",
            ),
        ),
        migrations.AddField(
            model_name="preferences",
            name="read_receipts",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Whether whoever writes to me learns what I have received and read, and I"
                " of them.",
            ),
        ),
    ]
