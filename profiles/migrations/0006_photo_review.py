from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone

BATCH = 1000
# The last of the next photos; none at the end.
NEXT = """
SELECT id FROM (
    SELECT id FROM profiles_photo
    WHERE %(after)s::uuid IS NULL OR id > %(after)s ORDER BY id LIMIT %(batch)s
) AS batch ORDER BY id DESC LIMIT 1
"""
# Those that come meanwhile are in the queue.
FILL = """
UPDATE profiles_photo SET reviewed_at = %(now)s
WHERE id <= %(end)s AND (%(after)s::uuid IS NULL OR id > %(after)s)
    AND reviewed_at IS NULL AND created_at < %(now)s
"""


def fill(apps, schema_editor):
    """What was shown so far counts as reviewed; some photos at a time, so that nobody waits."""
    after, now = None, timezone.now()
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(NEXT, {"after": after, "batch": BATCH})
            row = cursor.fetchone()
            if row is None:
                return
            cursor.execute(FILL, {"after": after, "end": row[0], "now": now})
            after = row[0]


class Migration(migrations.Migration):
    # Rows are filled, and the index is made, beside running requests.
    atomic = False
    dependencies = [
        ("profiles", "0005_holding"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        AddIndexConcurrently(
            "photo",
            models.Index(
                fields=["created_at", "id"],
                condition=Q(reviewed_at=None),
                name="photo_to_review",
            ),
        ),
    ]
