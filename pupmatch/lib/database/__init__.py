"""The database's engine: Django's for PostGIS, which asks less often whether it is still there."""
