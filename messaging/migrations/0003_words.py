from django.contrib.postgres.operations import UnaccentExtension
from django.db import migrations


class Migration(migrations.Migration):
    """How messages are split into words: no language's, in small letters, without accents."""

    dependencies = [
        ("messaging", "0002_receipts"),
    ]

    operations = [
        UnaccentExtension(),
        migrations.RunSQL(
            [
                "CREATE TEXT SEARCH CONFIGURATION messaging_words (COPY = simple)",
                """
                ALTER TEXT SEARCH CONFIGURATION messaging_words
                ALTER MAPPING FOR word, hword, hword_part WITH unaccent, simple
                """,
            ],
            "DROP TEXT SEARCH CONFIGURATION messaging_words",
        ),
    ]
