from django.db import migrations

# An unmatch wrote both in one transaction, milliseconds apart; a pass at any other time ended nothing.
MARK = """
UPDATE matching_pass SET is_unmatch = true
FROM matching_match
WHERE low_id = least(passer_id, passed_id) AND high_id = greatest(passer_id, passed_id)
    AND matching_pass.created_at BETWEEN ended_at - interval '1 s' AND ended_at + interval '5 s'
"""


class Migration(migrations.Migration):
    # Not with the columns: whoever reads passes would wait until all of them were looked at.
    dependencies = [
        ("matching", "0007_unmatches"),
    ]

    operations = [
        migrations.RunSQL(MARK, migrations.RunSQL.noop),
    ]
