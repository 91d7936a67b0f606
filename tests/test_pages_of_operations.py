"""What docs/operations.md and docs/database.md list is what there is."""

import re

import pytest
from django.conf import settings
from django.db import connection

from pupmatch.lib.jobs import upkeep
from tests.pages import page, section

# What libraries bring and keep for themselves.
OTHERS = re.compile(
    r"(account|axes|socialaccount|auth|accounts_user)_|spatial_ref_sys$|django_(admin_log|content_type|migrations)$"
)


def test_all_upkeep_is_listed():
    text = page("operations.md")
    # Those of pushes are in a table of their own, under shorter names.
    told = [name for name in upkeep() if f"`{name.removeprefix('notifications.tasks.')}`" in text]
    assert sorted(upkeep() - set(told)) == []


def test_all_limits_are_listed():
    listed = set(re.findall(r"`([a-z_]+)`", section(page("operations.md"), "Limits")))
    assert sorted(set(settings.RATE_LIMITS) - listed) == []


@pytest.mark.django_db
def test_all_tables_are_listed():
    words = set()
    for cell in re.findall(r"^\| (`.+?) \|", section(page("database.md"), "Tables"), re.M):
        names = re.findall(r"`(\w+)`", cell)
        # `a_b`, `_c` stands for a_b and a_c.
        room = names[0].partition("_")[0] if names else ""
        words |= {name if name[0] != "_" else room + name for name in names}
    there = set(connection.introspection.table_names())
    assert sorted(name for name in there - words if not OTHERS.match(name)) == []
    assert sorted(words - there) == []
