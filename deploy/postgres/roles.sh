#!/usr/bin/env bash
# Run once, by the image of PostgreSQL, when the folder of the database is new: the application's role
# owns the database and is no superuser. Only a superuser may add PostGIS, so that is done here.
#
# The superuser `postgres` is left without a password: it is let in by the socket inside the container.
set -euo pipefail

psql --no-psqlrc --set ON_ERROR_STOP=1 --set password="$POSTGRES_PASSWORD" \
    --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
-- What the image adds besides, and nothing of ours uses.
DROP EXTENSION IF EXISTS postgis_tiger_geocoder, postgis_topology, fuzzystrmatch CASCADE;
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE ROLE pupmatch LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
-- A backup brings back what was added to it.
GRANT SELECT, INSERT ON spatial_ref_sys TO pupmatch;
SELECT format('ALTER DATABASE %I OWNER TO pupmatch', current_database()) \gexec
ALTER ROLE postgres PASSWORD NULL;
SQL
