import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import pupmatch.lib.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BannedMark",
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
                        choices=[
                            ("address", "e-mail address"),
                            ("device", "Device"),
                            ("photo", "Photo"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "digest",
                    models.CharField(
                        help_text="HMAC-SHA-256; of a photo its perceptual hash, under a key.",
                        max_length=64,
                    ),
                ),
                (
                    "decision_id",
                    models.UUIDField(help_text="What it was decided by; undone together with it."),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["decision_id"], name="banned_mark_of_decision"),
                    models.Index(fields=["expires_at"], name="banned_mark_by_end"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "digest", "decision_id"), name="banned_mark_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Term",
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
                ("text", models.CharField(max_length=80)),
                (
                    "response",
                    models.CharField(
                        choices=[
                            ("flag", "show it, and tell staff"),
                            ("hold", "hold it until staff have looked"),
                        ],
                        default="flag",
                        max_length=4,
                    ),
                ),
                (
                    "in_profiles",
                    models.BooleanField(default=True, help_text="In names, bios and prompts."),
                ),
                ("in_openers", models.BooleanField(default=True, help_text="In first messages.")),
                (
                    "note",
                    models.CharField(
                        blank=True, help_text="Why it is on the list.", max_length=200
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("text"),
                        name="term_once",
                        violation_error_message="This is on the list.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text__regex", "\\S")), name="term_says_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
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
                        choices=[
                            ("contact", "contact details"),
                            ("link", "a link"),
                            ("term", "a word on the list"),
                            ("similar_openers", "the same opener to many"),
                            ("many_openers", "openers to very many"),
                            ("banned_photo", "a photo that was banned"),
                            ("banned_device", "a device that was banned"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "response",
                    models.CharField(
                        choices=[
                            ("flag", "show it, and tell staff"),
                            ("hold", "hold it until staff have looked"),
                        ],
                        max_length=4,
                    ),
                ),
                ("subject_type", models.CharField(help_text="As reports name it.", max_length=20)),
                ("subject_id", models.UUIDField()),
                (
                    "detail",
                    models.CharField(blank=True, help_text="What was found.", max_length=200),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "gathered_at",
                    models.DateTimeField(
                        blank=True, help_text="When a case took it up.", null=True
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="findings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("gathered_at", None)),
                        fields=["created_at"],
                        name="finding_new",
                    )
                ],
            },
        ),
    ]
