"""How tests see that something is on record, and that nothing is left of what failed."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client

from pupmatch.lib.models import AuditEntry
from pupmatch.lib.staff import site


def recorded_by(client: Client) -> list[str]:
    """What is on record of that person."""
    actor = client.session["_auth_user_id"]
    return list(AuditEntry.objects.filter(actor_id=actor).values_list("action", flat=True))


def everything() -> dict[str, tuple]:
    """A sum of every row of the product, but of the session, which is the middleware's."""
    tables = [
        table
        for table in connection.introspection.table_names()
        if table != "django_session" and not table.startswith("spatial_")
    ]
    sums = " UNION ALL ".join(
        f"SELECT '{table}', count(*), sum(hashtextextended(row::text, 0)) FROM {table} AS row"
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(sums)
        return {table: rest for table, *rest in cursor.fetchall()}


class _LostAtTheEnd(Exception):
    """What happens in this test after everything was done, and before it is committed."""


def _lose(*args: Any, **kwargs: Any) -> Any:
    raise _LostAtTheEnd


def goes_on_record(client: Client, act: Callable[[], Any], monkeypatch: Any) -> None:
    """`act` succeeds and is on record; and lost at the last moment it leaves no trace.

    It is called twice, and makes what it acts on by itself before it returns what to send.
    """
    before = recorded_by(client)
    send = act()
    answer = send()
    assert answer.status_code in (200, 204, 302), answer.content[:500]
    if answer.status_code == 200:
        assert "HX-Redirect" in answer or not answer["Content-Type"].startswith("text/html")
    assert len(recorded_by(client)) > len(before)

    send = act()
    before_loss = everything()
    with monkeypatch.context() as patch:
        patch.setattr(site, "_is_done", _lose)
        assert send().status_code == 500
    after = everything()
    assert {name: after[name] for name in after if after[name] != before_loss[name]} == {}
