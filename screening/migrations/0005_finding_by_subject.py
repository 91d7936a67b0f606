from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("screening", "0004_banned_texts")]

    operations = [
        AddIndexConcurrently(
            model_name="finding",
            index=models.Index(fields=["subject_id"], name="finding_by_subject"),
        ),
    ]
