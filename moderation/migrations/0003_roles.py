from django.db import migrations

# What the roles may do when they are made; moderation/roles.py says what they may do by now. A lead
# may do what a moderator may, and an admin what a lead may.
ROLES = {
    "Analyst": {
        "moderation": "export_figures view_appeal view_case view_decision view_report",
        "playgrounds": "view_playground",
        "profiles": "view_breed",
        "screening": "view_term",
    },
    "Moderator": {
        "accounts": "view_authenticationattempt view_block view_session view_user",
        "matching": "view_like view_match",
        "messaging": "view_conversation view_message",
        "moderation": (
            "read_messages review_photos suspend_person view_appeal view_case view_decision "
            "view_evidence view_evidencefile view_note view_report work_case"
        ),
        "notifications": "view_device",
        "playgrounds": "view_playground view_review",
        "profiles": "view_breed view_photo view_profile view_prompt",
        "screening": "view_bannedmark view_finding view_term",
        "verification": "decide_verification view_verification",
    },
    "Lead": {
        "lib": "view_auditentry",
        "moderation": "ban_person decide_appeal export_figures undo_decision",
        "screening": "add_term change_term delete_term",
    },
    "Admin": {
        "accounts": ("add_user change_session change_user delete_user view_refreshtokenrecord"),
        "events": "view_stream",
        "lib": (
            "change_job view_discardedfile view_heldfile view_idempotentanswer view_job "
            "view_jobfailure view_requestcounter"
        ),
        "matching": "view_deck view_pass",
        "messaging": "view_participant",
        "notifications": (
            "view_delivery view_notification view_notificationpreferences view_outage "
            "view_pushattempt"
        ),
        "playgrounds": ("add_playground change_playground delete_playground view_favorite"),
        "profiles": (
            "add_breed change_breed change_profile change_prompt delete_breed delete_photo "
            "delete_profile delete_prompt view_locationmove view_preferences"
        ),
    },
}
INCLUDES = {"Lead": "Moderator", "Admin": "Lead"}

# On a new database Django makes permissions after all migrations, and leaves alone those that are
# there by then; so these are called as it would call them.
SPOKEN = {
    "auditentry": "audit entry",
    "authenticationattempt": "authentication attempt",
    "bannedmark": "banned mark",
    "discardedfile": "discarded file",
    "evidencefile": "evidence file",
    "heldfile": "held file",
    "idempotentanswer": "idempotent answer",
    "jobfailure": "job failure",
    "locationmove": "location move",
    "notificationpreferences": "notification preferences",
    "pushattempt": "push attempt",
    "refreshtokenrecord": "refresh token record",
    "requestcounter": "request counter",
}
OWN = {
    "work_case": "Can claim cases and decide: dismiss, warn, remove, hold, limit",
    "suspend_person": "Can suspend people",
    "ban_person": "Can ban people",
    "undo_decision": "Can undo decisions",
    "decide_appeal": "Can decide appeals",
    "read_messages": "Can read private messages, with a reason",
    "review_photos": "Can review photos",
    "export_figures": "Can export figures",
    "decide_verification": "Can look at documents and decide",
}


def make_groups(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    made = {}
    for name, rooms in ROLES.items():
        made[name] = {
            _permission(apps, room, code).pk
            for room, codes in rooms.items()
            for code in codes.split()
        }
        made[name] |= made.get(INCLUDES.get(name), set())
        Group.objects.get_or_create(name=name)[0].permissions.set(made[name])


def _permission(apps, room, code):
    verb, _, model = code.partition("_")
    name = OWN.get(code) or f"Can {verb} {SPOKEN.get(model, model)}"
    if code in OWN:
        model = "verification" if room == "verification" else "case"
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label=room, model=model
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename=code, defaults={"name": name}
    )
    return permission


def remove_groups(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("moderation", "0002_evidence_files"),
    ]

    operations = [migrations.RunPython(make_groups, remove_groups)]
