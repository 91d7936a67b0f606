"""Whether anything changed: a digest of where every row of every table stands."""

from django.apps import apps
from django.db import connection

# What a refusal may leave behind: that somebody asked.
COUNTS_OF_ASKING = {
    "accounts_authenticationattempt",  # the sign-in log
    "axes_accessattempt",  # guesses at the password of one account
    "lib_requestcounter",  # limits
}


def tables() -> list[str]:
    """All of ours and of the libraries', which models or migrations made."""
    managed = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    return sorted((managed & set(connection.introspection.table_names())) - COUNTS_OF_ASKING)


def digest() -> dict[str, int]:
    """For each table what any insert, update or delete changes: each version of a row has its place."""
    parts = [
        f"SELECT '{name}', coalesce(sum(hashtextextended(ctid::text || xmin::text, 0)), 0) FROM {name}"
        for name in tables()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return {name: int(total) for name, total in cursor.fetchall()}
