from django.db import migrations


def permit(apps, schema_editor):
    """As moderation/roles.py says; on a new database Django makes permissions after all migrations."""
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="exports", model="export"
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename="view_export", defaults={"name": "Can view export"}
    )
    for group in apps.get_model("auth", "Group").objects.filter(name="Admin"):
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("exports", "0001_exports"),
        ("moderation", "0003_roles"),
    ]

    operations = [migrations.RunPython(permit, migrations.RunPython.noop)]
