"""The person's stream as the lock that orders deciding what to tell them.

In this room it comes first, after the account, and the rows of the room after it: whoever publishes
takes it last and nothing behind it, so nobody waits in a circle.
"""

from uuid import UUID

from django.db import connection

from events.models import Stream

# Keeps the account from being erased meanwhile, which would go for these rows in another order.
KEEP_ACCOUNT = "SELECT FROM accounts_user WHERE id = %s FOR KEY SHARE"


def held_stream(user_id: UUID) -> Stream | None:
    """The person's stream, locked until the transaction ends; None when there is none (yet)."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP_ACCOUNT, [user_id])
    return Stream.objects.select_for_update(no_key=True).filter(user=user_id).first()


def held_or_new_stream(user_id: UUID) -> Stream:
    """The same, made where there is none."""
    found = held_stream(user_id)
    if found is not None:
        return found
    Stream.objects.bulk_create([Stream(user_id=user_id)], ignore_conflicts=True)
    return Stream.objects.select_for_update(no_key=True).get(user=user_id)
