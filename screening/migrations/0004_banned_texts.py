from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("screening", "0003_first_terms"),
    ]

    operations = [
        migrations.AlterField(
            model_name="bannedmark",
            name="kind",
            field=models.CharField(
                choices=[
                    ("address", "e-mail address"),
                    ("device", "Device"),
                    ("photo", "Photo"),
                    ("text", "Text"),
                ],
                max_length=7,
            ),
        ),
        migrations.AlterField(
            model_name="finding",
            name="kind",
            field=models.CharField(
                choices=[
                    ("contact", "contact details"),
                    ("link", "a link"),
                    ("term", "a word on the list"),
                    ("similar_openers", "the same opener to many"),
                    ("many_openers", "openers to very many"),
                    ("banned_photo", "a photo that was banned"),
                    ("banned_text", "a text that was removed"),
                    ("banned_device", "a device that was banned"),
                ],
                max_length=20,
            ),
        ),
    ]
