import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import pupmatch.lib.ids

# However an export goes (with the account, in favour of another, when its time is over), its file is
# listed for removal by the same transaction.
FORWARDS = """
CREATE FUNCTION exports_discard_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO lib_discardedfile (name) VALUES (OLD.name)
    ON CONFLICT (name) DO UPDATE SET remove_after = now();
    RETURN NULL;
END $$;
CREATE TRIGGER exports_discard_removed AFTER DELETE ON exports_export
    FOR EACH ROW WHEN (OLD.name <> '') EXECUTE FUNCTION exports_discard_file();
CREATE TRIGGER exports_discard_replaced AFTER UPDATE ON exports_export
    FOR EACH ROW WHEN (OLD.name <> '' AND NEW.name <> OLD.name)
    EXECUTE FUNCTION exports_discard_file();
"""
BACKWARDS = """
DROP TRIGGER exports_discard_replaced ON exports_export;
DROP TRIGGER exports_discard_removed ON exports_export;
DROP FUNCTION exports_discard_file();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("lib", "0002_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
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
                ("requested_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("prepared_at", models.DateTimeField(blank=True, null=True)),
                (
                    "expires_at",
                    models.DateTimeField(blank=True, help_text="When the file goes.", null=True),
                ),
                (
                    "name",
                    models.CharField(
                        blank=True,
                        help_text="Its name in the private storage, once prepared.",
                        max_length=200,
                    ),
                ),
                ("byte_size", models.PositiveBigIntegerField(blank=True, null=True)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="export",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("expires_at", None), _negated=True),
                        fields=["expires_at"],
                        name="export_by_end",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("byte_size", None),
                                ("expires_at", None),
                                ("name", ""),
                                ("prepared_at", None),
                            ),
                            models.Q(
                                ("byte_size__isnull", False),
                                ("expires_at__isnull", False),
                                ("prepared_at__isnull", False),
                                models.Q(("name", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="export_has_a_file_once_prepared",
                    )
                ],
            },
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
