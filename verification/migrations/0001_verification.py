import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import pupmatch.lib.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("profiles", "0005_holding"),
    ]

    operations = [
        migrations.CreateModel(
            name="Verification",
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
                (
                    "kind",
                    models.CharField(
                        choices=[("vaccination", "vaccination record"), ("photo", "fresh photo")],
                        max_length=11,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("confirmed", "Confirmed"),
                            ("refused", "Refused"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                (
                    "document",
                    models.CharField(
                        blank=True,
                        help_text="Its name in the private storage, until decided.",
                        max_length=200,
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, help_text="Why it was refused.", max_length=300),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "expires_at",
                    models.DateTimeField(blank=True, help_text="When the badge lapses.", null=True),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="verifications",
                        to="profiles.profile",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["profile", "-created_at"], name="verification_of_profile"),
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["created_at"],
                        name="verification_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")),
                        fields=("profile", "kind"),
                        name="verification_one_waiting_per_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at", None),
                                ("state", "waiting"),
                                models.Q(("document", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "waiting"), _negated=True),
                                ("decided_at__isnull", False),
                                ("document", ""),
                            ),
                            _connector="OR",
                        ),
                        name="verification_document_goes_with_the_decision",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("expires_at__isnull", False), ("state", "confirmed")),
                            models.Q(
                                models.Q(("state", "confirmed"), _negated=True),
                                ("expires_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="verification_badge_has_an_end",
                    ),
                ],
            },
        ),
    ]
