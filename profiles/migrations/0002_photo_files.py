from django.db import migrations

# However a photo goes (by the API, the admin, a cascade or plain SQL), its files are listed for
# removal by the same transaction.
FORWARDS = """
CREATE FUNCTION profiles_discard_photo_files() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO lib_discardedfile (name)
    SELECT DISTINCT unnest(ARRAY[OLD.small, OLD.medium, OLD.large])
    ON CONFLICT (name) DO UPDATE SET remove_after = now();
    RETURN NULL;
END $$;
CREATE TRIGGER profiles_discard_photo_files AFTER DELETE ON profiles_photo
    FOR EACH ROW EXECUTE FUNCTION profiles_discard_photo_files();
"""
BACKWARDS = """
DROP TRIGGER profiles_discard_photo_files ON profiles_photo;
DROP FUNCTION profiles_discard_photo_files();
"""


class Migration(migrations.Migration):
    dependencies = [("profiles", "0001_initial"), ("lib", "0002_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
