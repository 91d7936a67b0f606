import django.db.models.functions.datetime
from django.db import migrations, models

import pupmatch.lib.ids

# What happened stays: neither the product nor a slip in the console changes or removes a row.
GUARD = """
CREATE FUNCTION lib_refuse_to_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are neither changed nor removed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER lib_audit_stays BEFORE UPDATE OR DELETE ON lib_auditentry
    FOR EACH ROW EXECUTE FUNCTION lib_refuse_to_rewrite();
CREATE TRIGGER lib_audit_is_not_emptied BEFORE TRUNCATE ON lib_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION lib_refuse_to_rewrite();
"""
UNGUARD = """
DROP TRIGGER lib_audit_is_not_emptied ON lib_auditentry;
DROP TRIGGER lib_audit_stays ON lib_auditentry;
DROP FUNCTION lib_refuse_to_rewrite();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("lib", "0003_jobs"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
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
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "actor_id",
                    models.UUIDField(help_text="The member of staff; none for a job.", null=True),
                ),
                ("action", models.CharField(help_text="As in decision.ban.", max_length=60)),
                (
                    "subject_type",
                    models.CharField(blank=True, help_text="As in accounts.user.", max_length=60),
                ),
                ("subject_id", models.CharField(blank=True, max_length=64)),
                ("reason", models.TextField(blank=True)),
                ("data", models.JSONField(blank=True, default=dict)),
                ("ip_address", models.GenericIPAddressField(null=True)),
                ("request_id", models.CharField(blank=True, max_length=128)),
            ],
            options={
                "verbose_name_plural": "audit entries",
                "indexes": [
                    models.Index(fields=["subject_id", "-id"], name="audit_of_subject"),
                    models.Index(fields=["actor_id", "-id"], name="audit_of_actor"),
                    models.Index(fields=["action", "-id"], name="audit_of_action"),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
