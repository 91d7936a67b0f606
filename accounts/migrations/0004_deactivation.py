from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    # The constraint is checked beside running requests. Accounts that are out of use already keep
    # no time: `accounts.standing` takes them for deactivated when they are barred.
    atomic = False
    dependencies = [("accounts", "0003_standing_kept")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="deactivated_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        AddConstraintNotValid(
            "user",
            models.CheckConstraint(
                condition=Q(deactivated_at=None) | Q(is_active=False),
                name="user_deactivated_is_inactive",
            ),
        ),
        ValidateConstraint("user", "user_deactivated_is_inactive"),
    ]
