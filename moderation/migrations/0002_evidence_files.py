from django.db import migrations, models
from django.db.models import Q

# However evidence goes, what was held for it is let go, and copies that nothing refers to any more
# are listed for removal by the same transaction.
DISCARD = """
CREATE FUNCTION moderation_discard_evidence_files() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM lib_heldfile WHERE name = OLD.source AND holder = OLD.evidence_id;
    IF OLD.name <> '' AND NOT EXISTS (
        SELECT FROM moderation_evidencefile WHERE name = OLD.name AND name <> ''
    ) THEN
        INSERT INTO lib_discardedfile (name) VALUES (OLD.name)
        ON CONFLICT (name) DO UPDATE SET remove_after = now();
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER moderation_discard_evidence_files AFTER DELETE ON moderation_evidencefile
    FOR EACH ROW EXECUTE FUNCTION moderation_discard_evidence_files();
"""
NO_DISCARD = """
DROP TRIGGER moderation_discard_evidence_files ON moderation_evidencefile;
DROP FUNCTION moderation_discard_evidence_files();
"""

# What was frozen stays as it was; it goes with its case, and no other way changes it.
GUARD = """
CREATE TRIGGER moderation_evidence_stays BEFORE UPDATE ON moderation_evidence
    FOR EACH ROW EXECUTE FUNCTION lib_refuse_to_rewrite();
"""
UNGUARD = "DROP TRIGGER moderation_evidence_stays ON moderation_evidence;"


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0001_desk"),
        ("lib", "0005_held_files"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="evidencefile",
            index=models.Index(
                condition=~Q(name=""), fields=["name"], name="evidence_file_by_copy"
            ),
        ),
        migrations.RunSQL(DISCARD, NO_DISCARD),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
