from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    # The index and the constraint are made beside running requests.
    atomic = False
    dependencies = [("playgrounds", "0002_reviews")]

    operations = [
        AddIndexConcurrently(
            "playground",
            models.Index(fields=["-id"], condition=~Q(held_at=None), name="playground_held"),
        ),
        AddConstraintNotValid(
            "playground",
            models.CheckConstraint(
                condition=Q(stars_total__gte=F("reviews_count") * 1)
                & Q(stars_total__lte=F("reviews_count") * 5),
                name="playground_stars_of_reviews",
            ),
        ),
        ValidateConstraint("playground", "playground_stars_of_reviews"),
    ]
