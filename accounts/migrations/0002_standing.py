from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="device_id",
            field=models.UUIDField(
                blank=True, help_text="The installation's id, where the app told it.", null=True
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="banned_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="limited_until",
            field=models.DateTimeField(
                blank=True, help_text="Until then: no new likes and no messages.", null=True
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="suspended_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
