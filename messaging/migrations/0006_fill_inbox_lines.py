from django.db import migrations

BATCH = 1000
# The last of the next conversations; none at the end.
NEXT = """
SELECT id FROM (
    SELECT id FROM messaging_conversation
    WHERE %(after)s::uuid IS NULL OR id > %(after)s ORDER BY id LIMIT %(batch)s
) AS batch ORDER BY id DESC LIMIT 1
"""
FILL = """
UPDATE messaging_participant AS side SET
    match_id = found.id,
    last_message_id = latest.id,
    closed_at = talk.closed_at,
    other_read_position = other.read_position,
    other_delivered_position = other.delivered_position
FROM messaging_conversation AS talk
JOIN messaging_participant AS other ON other.conversation_id = talk.id
LEFT JOIN matching_match AS found ON found.conversation_id = talk.id
LEFT JOIN messaging_message AS latest
    ON latest.conversation_id = talk.id AND latest.position = talk.last_position
WHERE side.conversation_id = talk.id AND other.profile_id = side.other_id
    AND talk.id <= %(end)s AND (%(after)s::uuid IS NULL OR talk.id > %(after)s)
"""


def fill(apps, schema_editor):
    """Some conversations at a time, each time in a transaction of its own: nobody waits for long."""
    after = None
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(NEXT, {"after": after, "batch": BATCH})
            row = cursor.fetchone()
            if row is None:
                return
            cursor.execute(FILL, {"after": after, "end": row[0]})
            after = row[0]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("messaging", "0005_inbox_lines"),
        ("matching", "0001_initial"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
