import django.db.models.deletion
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
            name="Case",
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
                ("about_digest", models.CharField(blank=True, max_length=64)),
                ("playground_id", models.UUIDField(blank=True, null=True)),
                (
                    "severity",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "low"), (2, "normal"), (3, "high"), (4, "critical")], default=1
                    ),
                ),
                (
                    "weight",
                    models.FloatField(
                        default=0,
                        help_text="The sum of what its reports weigh, by their reporters' records.",
                    ),
                ),
                ("report_count", models.PositiveIntegerField(default=0)),
                ("finding_count", models.PositiveIntegerField(default=0)),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_at", models.DateTimeField()),
                (
                    "ranked_at",
                    models.DateTimeField(
                        help_text="Its place in the queue: when it was opened, moved ahead by severity and weight."
                    ),
                ),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "about",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="cases",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "claimed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "permissions": [
                    ("work_case", "Can claim cases and decide: dismiss, warn, remove, hold, limit"),
                    ("suspend_person", "Can suspend people"),
                    ("ban_person", "Can ban people"),
                    ("undo_decision", "Can undo decisions"),
                    ("decide_appeal", "Can decide appeals"),
                    ("read_messages", "Can read private messages, with a reason"),
                    ("review_photos", "Can review photos"),
                    ("export_figures", "Can export figures"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
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
                            ("dismiss", "no action"),
                            ("warn", "warning"),
                            ("remove", "content removed"),
                            ("hold_photos", "photos held"),
                            ("limit", "no new likes or messages"),
                            ("suspend", "suspended"),
                            ("ban", "banned"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "waits for a second pair of eyes"),
                            ("in_force", "in force"),
                            ("declined", "not confirmed"),
                            ("undone", "Undone"),
                        ],
                        default="in_force",
                        max_length=9,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("harassment", "Harassment"),
                            ("scam", "Scam"),
                            ("fake", "fake profile"),
                            ("not_a_dog", "not a dog"),
                            ("animal_cruelty", "animal cruelty"),
                            ("aggressive_dog", "aggressive dog or bite"),
                            ("spam", "Spam"),
                            ("underage", "underage person"),
                            ("other", "Other"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "statement",
                    models.TextField(
                        blank=True,
                        help_text="What the person is told beside the rule.",
                        max_length=2000,
                    ),
                ),
                (
                    "note",
                    models.TextField(blank=True, help_text="For staff alone.", max_length=2000),
                ),
                (
                    "subject_type",
                    models.CharField(blank=True, help_text="What was removed.", max_length=10),
                ),
                ("subject_id", models.UUIDField(blank=True, null=True)),
                (
                    "until",
                    models.DateTimeField(
                        blank=True, help_text="Of a limit or suspension.", null=True
                    ),
                ),
                ("before", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("in_force_at", models.DateTimeField(blank=True, null=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="decisions",
                        to="moderation.case",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="decisions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Appeal",
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
                ("text", models.TextField(max_length=4000)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("upheld", "the decision stands"),
                            ("granted", "the decision was undone"),
                        ],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                (
                    "answer",
                    models.TextField(
                        blank=True, help_text="What the person is told.", max_length=2000
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="appeal",
                        to="moderation.decision",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Report",
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
                    "subject_type",
                    models.CharField(
                        choices=[
                            ("profile", "Profile"),
                            ("photo", "Photo"),
                            ("prompt", "Prompt"),
                            ("message", "Message"),
                            ("playground", "Playground"),
                            ("review", "Review"),
                        ],
                        max_length=10,
                    ),
                ),
                ("subject_id", models.UUIDField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("harassment", "Harassment"),
                            ("scam", "Scam"),
                            ("fake", "fake profile"),
                            ("not_a_dog", "not a dog"),
                            ("animal_cruelty", "animal cruelty"),
                            ("aggressive_dog", "aggressive dog or bite"),
                            ("spam", "Spam"),
                            ("underage", "underage person"),
                            ("other", "Other"),
                        ],
                        max_length=14,
                    ),
                ),
                ("text", models.TextField(blank=True, max_length=2000)),
                (
                    "weight",
                    models.FloatField(
                        default=1,
                        help_text="By the reporter's record when it was made: 1 for a new reporter.",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("acted", "acted upon"),
                            ("dismissed", "Dismissed"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reports",
                        to="moderation.case",
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reports_made",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Evidence",
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
                ("content", models.JSONField()),
                (
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="evidence",
                        to="moderation.report",
                    ),
                ),
                ("taken_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name_plural": "evidence",
            },
        ),
        migrations.CreateModel(
            name="EvidenceFile",
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
                ("photo_id", models.UUIDField()),
                (
                    "source",
                    models.CharField(
                        help_text="The rendition's name in the media storage.", max_length=255
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        blank=True,
                        help_text="The copy's, in the private storage; empty until then.",
                        max_length=255,
                    ),
                ),
                (
                    "evidence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="moderation.evidence",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Note",
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
                ("text", models.TextField(max_length=2000)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="moderation.case",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at", None)),
                fields=["ranked_at", "id"],
                name="case_queue",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at", None)), fields=["due_at"], name="case_by_due_time"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["about_digest"], name="case_by_digest"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["-opened_at"], name="case_newest"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["-closed_at"], name="case_by_close"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("about__isnull", False), ("closed_at", None)),
                fields=("about",),
                name="case_one_open_per_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None), ("playground_id__isnull", False)),
                fields=("playground_id",),
                name="case_one_open_per_playground",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("severity__in", [1, 2, 3, 4])), name="case_severity_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("claimed_by", None), ("claimed_until__isnull", False), _connector="OR"
                ),
                name="case_claim_expires",
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["person", "-created_at"], name="decision_of_person"),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["-created_at"], name="decision_newest"),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("state", "proposed")),
                fields=["created_at"],
                name="decision_to_confirm",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["limit", "suspend"]), ("until__isnull", False)),
                    models.Q(
                        models.Q(("kind__in", ["limit", "suspend"]), _negated=True), ("until", None)
                    ),
                    _connector="OR",
                ),
                name="decision_has_an_end_where_it_needs_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "remove"),
                        ("subject_id__isnull", False),
                        models.Q(("subject_type", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("kind", "remove"), _negated=True),
                        ("subject_id", None),
                        ("subject_type", ""),
                    ),
                    _connector="OR",
                ),
                name="decision_names_what_is_removed",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("in_force_at", None), ("state", "proposed"), ("undone_at", None)),
                    models.Q(("in_force_at", None), ("state", "declined")),
                    models.Q(
                        ("in_force_at__isnull", False), ("state", "in_force"), ("undone_at", None)
                    ),
                    models.Q(
                        ("in_force_at__isnull", False),
                        ("state", "undone"),
                        ("undone_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="decision_states_have_their_times",
            ),
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(
                condition=models.Q(("outcome", "waiting")),
                fields=["created_at"],
                name="appeal_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("outcome", "waiting")),
                    models.Q(
                        models.Q(("outcome", "waiting"), _negated=True),
                        ("decided_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="appeal_outcome_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(("text__regex", "\\S")), name="appeal_says_something"
            ),
        ),
        migrations.AddIndex(
            model_name="evidencefile",
            index=models.Index(
                condition=models.Q(("name", "")), fields=["source"], name="evidence_file_to_copy"
            ),
        ),
        migrations.AddConstraint(
            model_name="evidencefile",
            constraint=models.UniqueConstraint(
                fields=("evidence", "source"), name="evidence_file_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(("text__regex", "\\S")), name="note_says_something"
            ),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["subject_type", "subject_id"], name="report_by_subject"),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["-created_at"], name="report_newest"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                condition=models.Q(("outcome", "waiting"), ("reporter__isnull", False)),
                fields=("reporter", "subject_type", "subject_id"),
                name="report_once_while_it_waits",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("outcome", "waiting")),
                    models.Q(
                        models.Q(("outcome", "waiting"), _negated=True),
                        ("decided_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="report_outcome_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("weight__gte", 0)), name="report_weight"
            ),
        ),
    ]
