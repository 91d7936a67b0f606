"""A row of every model in the admin, made as each room's own tests make it."""

from collections.abc import Callable
from importlib import import_module

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model

from events.models import Stream
from events.tests.test_admin import stream

MAKERS: dict[type[Model], Callable[[], Model]] = {}
for room in {model.__module__.partition(".")[0] for model in admin.site._registry} - {"django"}:
    tests = import_module(f"{'pupmatch.lib' if room == 'pupmatch' else room}.tests.test_admin")
    MAKERS |= getattr(tests, "MAKERS", {})
MAKERS |= {Stream: stream, Group: lambda: Group.objects.create(name="A group")}


def make(model: type[Model]) -> Model:
    """A row of that model."""
    return MAKERS[model]()
