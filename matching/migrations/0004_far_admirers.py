"""The deck of somebody whose admirer is a world away, or was last seen years ago.

PostgreSQL's exp() does not end in 0: below about -745 it raises, and the whole deck with it. Only
admirers are rated wherever and whenever they are; everybody else is bounded before.
"""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent / "0002_best.sql").read_text(encoding="utf-8")
BEFORE = "CREATE OR REPLACE" + SQL[SQL.index(" FUNCTION matching_best(") :]
# What is left at either bound rounds to 0 points, as everything beyond does.
FAR = (
    "exp(-chord_m / 8000))::int, place_id, 150",
    "exp(greatest(-700, -chord_m / 8000)))::int, place_id, 150",
)
LONG_GONE = ("greatest(0, _today - active_on)", "least(greatest(0, _today - active_on), 2000)")
AFTER = BEFORE.replace(*FAR).replace(*LONG_GONE)


class Migration(migrations.Migration):
    dependencies = [("matching", "0003_list_candidates")]

    operations = [migrations.RunSQL(AFTER, BEFORE)]
