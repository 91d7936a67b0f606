from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    # Indexes and the constraint are made beside running requests.
    atomic = False
    dependencies = [("accounts", "0002_standing")]

    operations = [
        AddIndexConcurrently(
            "session",
            models.Index(
                fields=["device_id"], condition=~Q(device_id=None), name="session_on_device"
            ),
        ),
        AddIndexConcurrently(
            "user",
            models.Index(
                fields=["suspended_until"],
                condition=~Q(suspended_until=None),
                name="user_suspended_until",
            ),
        ),
        AddConstraintNotValid(
            "user",
            models.CheckConstraint(
                condition=Q(suspended_until=None, banned_at=None) | Q(is_active=False),
                name="user_barred_is_inactive",
            ),
        ),
        ValidateConstraint("user", "user_barred_is_inactive"),
    ]
