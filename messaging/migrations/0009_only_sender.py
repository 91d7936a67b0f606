from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0008_former_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="only_sender_id",
            field=models.UUIDField(
                blank=True, help_text="Who wrote it all, until the other side answers.", null=True
            ),
        ),
    ]
