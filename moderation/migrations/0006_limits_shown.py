from django.db import migrations

# As moderation/roles.py says; on a new database Django makes permissions after all migrations.
SHOWN_TO = {"view": ("Moderator", "Lead", "Admin"), "change": ("Lead", "Admin")}


def permit(apps, schema_editor):
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="lib", model="limitedcaller"
    )
    for verb, groups in SHOWN_TO.items():
        permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=kind,
            codename=f"{verb}_limitedcaller",
            defaults={"name": f"Can {verb} limited caller"},
        )
        for group in apps.get_model("auth", "Group").objects.filter(name__in=groups):
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("lib", "0006_limits"),
        ("moderation", "0005_leaner_indexes"),
    ]

    operations = [migrations.RunPython(permit, migrations.RunPython.noop)]
