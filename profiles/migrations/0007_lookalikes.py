from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

import profiles.bands


class Migration(migrations.Migration):
    # Made beside running requests; there is nothing in it until `hash_photos` has run.
    atomic = False
    dependencies = [("profiles", "0006_photo_review")]

    operations = [
        AddIndexConcurrently(
            "photo",
            GinIndex(
                profiles.bands.Bands(models.F("perceptual_hash")),
                condition=models.Q(perceptual_hash__isnull=False),
                name="photo_by_looks",
            ),
        ),
        # Of a quarter of a million bands the most common ones say nothing about the others: what is
        # made of them expects half of all photos to be found.
        migrations.RunSQL(
            "ALTER INDEX photo_by_looks ALTER COLUMN 1 SET STATISTICS 0",
            migrations.RunSQL.noop,
        ),
    ]
