from django.db import migrations

# However a document leaves its row (by a decision, with its dog, by plain SQL), its file is listed
# for removal by the same transaction.
FORWARDS = """
CREATE FUNCTION verification_discard_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO lib_discardedfile (name) VALUES (OLD.document)
    ON CONFLICT (name) DO UPDATE SET remove_after = now();
    RETURN NULL;
END $$;
CREATE TRIGGER verification_discard_removed AFTER DELETE ON verification_verification
    FOR EACH ROW WHEN (OLD.document <> '') EXECUTE FUNCTION verification_discard_document();
CREATE TRIGGER verification_discard_decided AFTER UPDATE ON verification_verification
    FOR EACH ROW WHEN (OLD.document <> '' AND NEW.document <> OLD.document)
    EXECUTE FUNCTION verification_discard_document();
"""
BACKWARDS = """
DROP TRIGGER verification_discard_decided ON verification_verification;
DROP TRIGGER verification_discard_removed ON verification_verification;
DROP FUNCTION verification_discard_document();
"""


class Migration(migrations.Migration):
    dependencies = [("verification", "0001_verification"), ("lib", "0002_initial")]
    operations = [
        migrations.AlterModelOptions(
            name="verification",
            options={"permissions": [("decide_verification", "Can look at documents and decide")]},
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
