from django.db import migrations

BATCH = 1000
# The last of the next conversations; none at the end.
NEXT = """
SELECT id FROM (
    SELECT id FROM messaging_conversation
    WHERE %(after)s::uuid IS NULL OR id > %(after)s ORDER BY id LIMIT %(batch)s
) AS batch ORDER BY id DESC LIMIT 1
"""
# An answer that comes meanwhile is not seen; the next one puts it right, and so does check_counters.
FILL = """
UPDATE messaging_conversation AS talk SET only_sender_id = first.sender_id
FROM messaging_message AS first
WHERE first.conversation_id = talk.id AND first.position = 1
    AND NOT EXISTS (
        SELECT FROM messaging_message AS answer
        WHERE answer.conversation_id = talk.id AND answer.sender_id <> first.sender_id
    )
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
    dependencies = [("messaging", "0009_only_sender")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
