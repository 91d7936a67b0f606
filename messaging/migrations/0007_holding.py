from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0006_fill_inbox_lines"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="held_at",
            field=models.DateTimeField(
                blank=True, help_text="While it is set, nobody is shown what it says.", null=True
            ),
        ),
    ]
