import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

import pupmatch.lib.ids

# However a review comes, changes or goes (by the API, a decision, with its author or its place), and
# whenever its author falls out of use or comes back, the place counts anew, in the same transaction.
FORWARDS = """
CREATE FUNCTION playgrounds_count_reviews(places uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- In one order, and before counting: whoever comes second sees what the first one wrote.
    PERFORM FROM playgrounds_playground WHERE id = ANY(places) ORDER BY id FOR NO KEY UPDATE;
    UPDATE playgrounds_playground AS place
    SET reviews_count = found.number, stars_total = found.total
    FROM (
        SELECT named.id, count(author.id) AS number,
            coalesce(sum(review.stars) FILTER (WHERE author.id IS NOT NULL), 0) AS total
        FROM unnest(places) AS named (id)
        LEFT JOIN playgrounds_review AS review
            ON review.playground_id = named.id AND review.held_at IS NULL
        LEFT JOIN accounts_user AS author ON author.id = review.user_id AND author.is_active
        GROUP BY named.id
    ) AS found
    WHERE place.id = found.id
        AND (place.reviews_count, place.stars_total) <> (found.number, found.total);
END $$;

CREATE FUNCTION playgrounds_review_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM playgrounds_count_reviews(array_agg(DISTINCT playground_id)) FROM changed;
    RETURN NULL;
END $$;
CREATE TRIGGER playgrounds_review_written AFTER INSERT ON playgrounds_review
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION playgrounds_review_changed();
CREATE TRIGGER playgrounds_review_changed AFTER UPDATE ON playgrounds_review
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION playgrounds_review_changed();
CREATE TRIGGER playgrounds_review_removed AFTER DELETE ON playgrounds_review
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION playgrounds_review_changed();

CREATE FUNCTION playgrounds_author_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM playgrounds_count_reviews(array_agg(playground_id))
    FROM playgrounds_review WHERE user_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER playgrounds_author_changed AFTER UPDATE OF is_active ON accounts_user
    FOR EACH ROW WHEN (OLD.is_active <> NEW.is_active)
    EXECUTE FUNCTION playgrounds_author_changed();
"""
BACKWARDS = """
DROP TRIGGER playgrounds_author_changed ON accounts_user;
DROP FUNCTION playgrounds_author_changed();
DROP TRIGGER playgrounds_review_removed ON playgrounds_review;
DROP TRIGGER playgrounds_review_changed ON playgrounds_review;
DROP TRIGGER playgrounds_review_written ON playgrounds_review;
DROP FUNCTION playgrounds_review_changed();
DROP FUNCTION playgrounds_count_reviews(uuid[]);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("playgrounds", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "playground",
            "held_at",
            models.DateTimeField(
                blank=True,
                help_text="While it is set, only whoever added it finds the place.",
                null=True,
            ),
        ),
        migrations.AddField(
            "playground",
            "reviews_count",
            models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            "playground",
            "stars_total",
            models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.CreateModel(
            name="Review",
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
                ("stars", models.PositiveSmallIntegerField()),
                ("text", models.TextField(blank=True, max_length=1000)),
                (
                    "held_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="While it is set, its author alone sees the review.",
                        null=True,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "playground",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reviews",
                        to="playgrounds.playground",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reviews",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["user", "playground"], name="review_once"),
                    models.CheckConstraint(condition=Q(stars__range=(1, 5)), name="review_stars"),
                    models.CheckConstraint(
                        condition=LessThanOrEqual(Length("text"), 1000), name="review_text_length"
                    ),
                ],
                "indexes": [
                    models.Index(fields=["playground", "-id"], name="reviews_of_playground"),
                    models.Index(fields=["-id"], condition=~Q(held_at=None), name="review_held"),
                ],
            },
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
