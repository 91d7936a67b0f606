from django.db import connection, migrations, transaction

BATCH = 2000

LIST = """
    WITH batch AS (
        SELECT id FROM profiles_profile WHERE id > %s ORDER BY id LIMIT %s FOR NO KEY UPDATE
    )
    SELECT id, matching_refresh_candidate(id) FROM batch ORDER BY id
"""


def list_candidates(apps, schema_editor):
    """List whoever was there before the triggers, a batch at a time, so that nobody waits for long."""
    last = "00000000-0000-0000-0000-000000000000"
    while last:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(LIST, [last, BATCH])
            rows = cursor.fetchall()
        last = rows[-1][0] if rows else None


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("matching", "0002_deck")]

    operations = [migrations.RunPython(list_candidates, migrations.RunPython.noop)]
