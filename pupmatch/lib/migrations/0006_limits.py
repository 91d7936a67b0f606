import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import pupmatch.lib.ids

# Counts one request against several limits, or past one of them against none, and says what each
# has seen with it and when its window turns. All come as lines of text, sorted by key: requests
# that share rows lock them in one order.
COUNT = """
CREATE FUNCTION lib_count_request(
    asked text, allowed text, lengths text, moment timestamptz,
    OUT counts integer[], OUT ends timestamptz[]
) LANGUAGE plpgsql AS $$
DECLARE
    keys text[] := string_to_array(asked, E'\\n');
    limits integer[] := string_to_array(allowed, E'\\n');
    seconds integer[] := string_to_array(lengths, E'\\n');
    seen integer;
    turns timestamptz;
    is_refused boolean := false;
BEGIN
    FOR i IN 1 .. cardinality(keys) LOOP
        INSERT INTO lib_requestcounter AS counter (key, window_ends_at, count)
        VALUES (keys[i], moment + seconds[i] * interval '1 second', 1)
        ON CONFLICT (key) DO UPDATE SET
            count = CASE WHEN counter.window_ends_at <= moment THEN 1 ELSE counter.count + 1 END,
            window_ends_at = CASE WHEN counter.window_ends_at <= moment
                THEN excluded.window_ends_at ELSE counter.window_ends_at END
        RETURNING count, window_ends_at INTO seen, turns;
        counts[i] := seen;
        ends[i] := turns;
        is_refused := is_refused OR seen > limits[i];
    END LOOP;
    IF is_refused THEN
        UPDATE lib_requestcounter SET count = count - 1 WHERE key = ANY(keys);
    END IF;
END $$;
"""
# Kept in memory and written when it suits: nothing waits for the disk, and a crash empties the
# table. Room in each page for rows that change all the time.
UNLOGGED = """
ALTER TABLE lib_requestcounter SET (fillfactor = 50);
ALTER TABLE lib_requestcounter SET UNLOGGED;
"""
LOGGED = """
ALTER TABLE lib_requestcounter SET LOGGED;
ALTER TABLE lib_requestcounter RESET (fillfactor);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("lib", "0005_held_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(UNLOGGED, LOGGED),
        migrations.RunSQL(COUNT, "DROP FUNCTION lib_count_request(text, text, text, timestamptz)"),
        migrations.CreateModel(
            name="LimitedCaller",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pupmatch.lib.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key", models.CharField(max_length=64, unique=True)),
                ("scope", models.CharField(max_length=40)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("person", "Person"),
                            ("people", "everybody at an address"),
                            ("address", "address without a sign-in"),
                            ("other", "Other"),
                        ],
                        max_length=10,
                        verbose_name="caller is",
                    ),
                ),
                ("caller", models.CharField(max_length=120)),
                ("allowed", models.PositiveIntegerField(help_text="Requests in a window.")),
                ("seconds", models.PositiveIntegerField(help_text="Length of a window.")),
                ("since", models.DateTimeField(verbose_name="limited since")),
                ("window_ends_at", models.DateTimeField(db_index=True, verbose_name="until")),
                (
                    "refusals",
                    models.PositiveIntegerField(help_text="Requests refused in the last window."),
                ),
                (
                    "windows",
                    models.PositiveIntegerField(help_text="How many times the limit was reached."),
                ),
                ("lifted_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
            ],
        ),
    ]
