from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("moderation", "0003_roles")]

    operations = [
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(fields=["-decided_at"], name="appeal_by_answer"),
        ),
    ]
