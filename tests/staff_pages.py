"""Everything there is in the admin: its lists, their actions, whatever else has an address."""

from collections.abc import Callable, Collection, Iterator
from html.parser import HTMLParser
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Model
from django.urls import URLPattern, URLResolver, reverse

from accounts.models import FailedSignIn, User
from events.models import Stream
from events.tests.test_admin import stream
from pupmatch.lib.ids import uuid7
from pupmatch.lib.tests.admin_pages import address
from verification.models import Verification
from verification.tests.factories import VerificationFactory

ADMINS: dict[str, Any] = {
    model_admin.opts.label_lower: model_admin for model_admin in admin.site._registry.values()
}

# --- A row of every model, made as each room's own tests make it -----------------------------------

MAKERS: dict[type[Model], Callable[[], Model]] = {}
for room in {model.__module__.partition(".")[0] for model in admin.site._registry} - {"django"}:
    tests = f"{'pupmatch.lib' if room == 'pupmatch' else room}.tests.test_admin"
    if find_spec(tests):
        MAKERS |= getattr(import_module(tests), "MAKERS", {})
MAKERS |= {
    Stream: stream,
    Verification: VerificationFactory,
    FailedSignIn: lambda: FailedSignIn.objects.create(
        username=str(uuid7()), ip_address="198.51.100.7", failures_since_start=5
    ),
}


def make(model: type[Model]) -> Model:
    """A row of that model."""
    return MAKERS[model]()


# --- Actions -------------------------------------------------------------------------------------


def actions_of(model_admin: Any) -> dict[str, Any]:
    """The actions on a page by name: Unfold's, and None for each on several rows."""
    ways = ("actions_list", "actions_row", "actions_detail", "actions_submit_line")
    names = [
        name
        for way in ways
        for name in model_admin._extract_action_names(getattr(model_admin, way))
    ]
    return {
        **{name: model_admin.get_unfold_action(name) for name in names},
        **dict.fromkeys(model_admin.actions),
    }


ACTIONS: dict[str, tuple[Any, str]] = {
    f"{page}.{name}": (model_admin, name)
    for page, model_admin in ADMINS.items()
    for name in actions_of(model_admin)
}


def action_path(model_admin: Any, name: str, row: Model) -> str:
    """The address of one of Unfold's actions."""
    args = [] if name in model_admin._extract_action_names(model_admin.actions_list) else [row.pk]
    opts = model_admin.opts
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{name}", args=args)


# --- Whatever else -------------------------------------------------------------------------------

# Addresses of every list, whatever it lists.
ORDINARY = ("changelist", "add", "change", "delete", "history")
# Open to whoever wants to sign in; always 404; a redirect to pages that no row has; a search for
# whoever sees the list that it is in.
NOBODYS = {"admin:login", "admin:search", "admin:view_on_site", "admin:autocomplete"}
# Django's redirect to "change", and its 404.
UNNAMED = {"<path:object_id>/", "(?P<url>.*)$"}
# What stands in the gap of an address that belongs to no list.
GAPS: dict[str, str | type[Model]] = {
    "admin:app_list": "profiles",
    "admin:moderation_person": User,
    "admin:moderation_open": User,
    "admin:auth_user_password_change": User,
}


def _addresses(resolver: URLResolver) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from _addresses(pattern)


def _others() -> dict[str, URLPattern]:
    """The addresses of the admin that belong neither to every list nor to an action."""
    [resolver] = [
        part
        for part in import_module(settings.ROOT_URLCONF).urlpatterns
        if getattr(part, "namespace", "") == admin.site.name
    ]
    known = {
        f"{item.opts.app_label}_{item.opts.model_name}_{name}"
        for item in ADMINS.values()
        for name in (*ORDINARY, *actions_of(item))
    }
    return {
        f"admin:{pattern.name}": pattern
        for pattern in _addresses(resolver)
        if pattern.name not in known
        and f"admin:{pattern.name}" not in NOBODYS
        and str(pattern.pattern) not in UNNAMED
    }


OTHERS = _others()


def _gaps(name: str) -> bool:
    pattern: Any = OTHERS[name].pattern
    return bool(getattr(pattern, "converters", None) or pattern.regex.groupindex)


def others_about(model: type[Model]) -> list[str]:
    """The names of addresses in whose gap stands a row of that model."""
    prefix = f"admin:{model._meta.app_label}_{model._meta.model_name}_"
    return [
        name
        for name in OTHERS
        if _gaps(name) and (GAPS.get(name) is model or (name.startswith(prefix)))
    ]


def other_path(name: str) -> str:
    """The address, with a new row in the gap."""
    if not _gaps(name):
        return reverse(name)
    for model_admin in ADMINS.values():
        if name in others_about(model_admin.model):
            return reverse(name, args=[make(model_admin.model).pk])
    assert isinstance(GAPS[name], str), f"say in GAPS what stands in the address of {name}"
    return reverse(name, args=[GAPS[name]])


ROWS_LOOKED_AT = 20


def pages(*, searches: Collection[str] = ()) -> Iterator[str]:
    """Every page of the admin that can be looked at, for the newest rows that there are."""
    for model_admin in ADMINS.values():
        model: type[Model] = model_admin.model
        yield address(model, "changelist")
        yield from (f"{address(model, 'changelist')}?q={words}" for words in searches)
        yield address(model, "add")
        for row in model._default_manager.order_by("-pk")[:ROWS_LOOKED_AT]:
            yield from (address(row, page) for page in ("change", "history", "delete"))
            yield from (reverse(name, args=[row.pk]) for name in others_about(model))
    yield from (other_path(name) for name in OTHERS if not _gaps(name))


# --- Forms ---------------------------------------------------------------------------------------


BOXES = {"checkbox", "radio"}


class _Form(HTMLParser):
    """What a browser would send back of the forms of a page, each by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self.is_open = False
        self.text: list[str] | None = None
        self.choices: str | None = None

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "form":
                self.is_open = given.get("method", "").lower() == "post"
                self.forms += [{}] if self.is_open else []
            case "input" if self._counts(given):
                is_box = given.get("type") in BOXES
                self._add(given["name"], given.get("value", "on" if is_box else ""))
            case "textarea" if self.is_open and "name" in given:
                self.text = []
                self._add(given["name"], "")
            case "select" if self.is_open and "name" in given:
                self.choices = given["name"]
            case "option" if self.choices and "selected" in given:
                self._add(self.choices, given.get("value", ""))

    def _counts(self, given: dict[str, str]) -> bool:
        kind = given.get("type", "text")
        chosen = kind not in BOXES or "checked" in given
        return self.is_open and "name" in given and chosen and kind not in {"submit", "file"}

    def _add(self, name: str, value: str) -> None:
        self.forms[-1].setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.text is not None:
            last = list(self.forms[-1])[-1]
            self.forms[-1][last][-1] = "".join(self.text).removeprefix("\n")
            self.text = None
        elif tag == "select":
            self.choices = None
        elif tag == "form":
            self.is_open = False


def form_of(page: str) -> dict[str, list[str]]:
    """The fields of the page's own form, the largest one, as they stand."""
    parser = _Form()
    parser.feed(page)
    return max(parser.forms, key=len)
