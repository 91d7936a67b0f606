from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    # An index is built beside running sign-ins, which no transaction can do.
    atomic = False

    dependencies = [("accounts", "0006_social_sign_in")]

    operations = [
        migrations.AlterModelOptions(
            name="failedsignin", options={"verbose_name": "failed sign-in"}
        ),
        migrations.AddField(
            "authenticationattempt", "session_id", models.UUIDField(blank=True, null=True)
        ),
        AddIndexConcurrently(
            "authenticationattempt",
            models.Index(
                fields=["user", "-created_at", "-id"],
                condition=~Q(method="refresh", outcome="accepted"),
                name="attempt_shown_to_user",
            ),
        ),
    ]
