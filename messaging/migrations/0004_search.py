import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations

import messaging.words


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("messaging", "0003_words"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=django.contrib.postgres.indexes.GinIndex(
                messaging.words.Words("body"),
                gin_pending_list_limit=256,
                name="message_by_words",
            ),
        ),
    ]
