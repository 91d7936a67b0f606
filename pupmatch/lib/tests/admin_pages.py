"""What every room's admin tests ask of its lists and pages."""

from collections.abc import Callable, Collection, Iterable

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

PROBE = "<script>alert(1)</script>"
ODD_SEARCHES = [
    "o'clock",
    '"',
    "100%",
    "_",
    "\\",
    "🐶",
    PROBE,
    "a@b",
    "10.0.0.1",
    "::1",
    "01890000-0000-7000-8000-000000000000",
    "x" * 300,
]


def superuser() -> Client:
    """Signed in with every right."""
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("boss@pupmatch.example"))
    return client


def staff(*permissions: str) -> Client:
    """Signed in with these rights ("profiles.view_profile"); with none, those to view everything."""
    client = Client()
    user = get_user_model().objects.create_user("clerk@pupmatch.example", is_staff=True)
    chosen = Permission.objects.filter(codename__startswith="view_")
    if permissions:
        names = [name.split(".") for name in permissions]
        chosen = [
            Permission.objects.get(content_type__app_label=app, codename=code)
            for app, code in names
        ]
    user.user_permissions.set(chosen)
    client.force_login(user)
    return client


def address(row: Model | type[Model], page: str) -> str:
    """The path of a page: changelist, add, change, history or delete."""
    opts = row._meta
    args = [] if isinstance(row, type) else [quote(row.pk)]
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=args)


def models_of(app_label: str, *, but: Collection[type[Model]] = ()) -> set[type[Model]]:
    """The models of a room, every one of which must be in the admin, but those kept by triggers."""
    models = set(apps.get_app_config(app_label).get_models()) - set(but)
    assert models <= set(admin.site._registry), "not in the admin"
    return models


def opens(client: Client, row: Model) -> None:
    """The list (searched for odd things too) and every page of `row` that there is."""
    model = type(row)
    for params in [{}, {"q": str(row.pk)}, *({"q": text} for text in ODD_SEARCHES)]:
        assert client.get(address(model, "changelist"), params).status_code == 200, params
    for page in ("change", "history"):
        assert client.get(address(row, page)).status_code == 200, page
    adds = client.get(address(model, "add")).status_code
    deletes = client.get(address(row, "delete")).status_code
    assert adds in (200, 403)
    assert deletes in (200, 403)


def filters_answer(client: Client, model: type[Model]) -> None:
    """Every choice of every filter of the list leads somewhere."""
    page = client.get(address(model, "changelist"))
    cl = page.context["cl"]
    for spec in cl.filter_specs:
        for choice in spec.choices(cl):
            path = address(model, "changelist") + choice["query_string"]
            assert client.get(path).status_code == 200, path


def list_costs_the_same(client: Client, make: Callable[[], Model], rows: int = 20) -> None:
    """As many queries for one row as for twenty."""
    row = make()
    path = address(type(row), "changelist")
    client.get(path)  # what is read once is read now
    few = _queries(client, path)
    for _ in range(rows - 1):
        make()
    many = _queries(client, path)
    assert len(few) == len(many), "\n".join(many)


def _queries(client: Client, path: str) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return [query["sql"] for query in queries]


def cannot_be_changed(client: Client, row: Model) -> None:
    """The page shows, and refuses whatever is sent to it."""
    before = _stored(row)
    assert client.get(address(row, "change")).status_code == 200
    assert client.post(address(row, "change"), {"_save": "1"}).status_code == 403
    assert client.post(address(row, "delete"), {"post": "yes"}).status_code == 403
    assert client.post(address(type(row), "add"), {}).status_code == 403
    everything = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    client.post(address(type(row), "changelist"), everything)
    assert _stored(row) == before


def _stored(row: Model) -> Iterable[dict]:
    return list(type(row)._default_manager.filter(pk=row.pk).values())
