"""Decks tell nothing of a move before it shows.

What they told before: a dog whose age or wishes were changed, or that came back from a pause, was
news or not, depending on whether it was about to be seen elsewhere, and it was news where it was on
the way to; and one that had been seen to move came back into a deck as soon as it moved again.
"""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent
PAGE = (HERE / "0002_page.sql").read_text(encoding="utf-8")
CANDIDATES = (HERE / "0002_candidates.sql").read_text(encoding="utf-8")


def again(sql: str, what: str) -> str:
    """A view or function as another file makes it, to be put in place of what is there."""
    start = sql.index(f"CREATE {what}")
    end = sql.find("\n\n", sql.index("$$;" if "FUNCTION" in what else ";", start))
    return "CREATE OR REPLACE" + sql[start + len("CREATE") : end if end > 0 else len(sql)]


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0004_far_admirers"),
        ("profiles", "0008_moves_tell_nothing"),
    ]

    operations = [
        migrations.RunSQL(
            (HERE / "0005_candidates.sql").read_text(encoding="utf-8"),
            again(CANDIDATES, "VIEW matching_candidate_source")
            + "\n"
            + again(CANDIDATES, "FUNCTION matching_refresh_candidate("),
        ),
        migrations.RunSQL(
            (HERE / "0005_page.sql").read_text(encoding="utf-8"),
            again(PAGE, "FUNCTION matching_page("),
        ),
    ]
