"""Looks for migrations that would lock or break a running release.

What `manage.py lintmigrations` does, without its app in INSTALLED_APPS: the product does not carry
the tool, and its own choice of analyser does not know the PostGIS engine.
"""

import os
import sys
from pathlib import Path

import django
from django.apps import apps
from django_migration_linter import MigrationLinter

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Lint the migrations of the apps that stand in this folder; 1 when one is unsafe."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pupmatch.settings")
    django.setup()
    own = [
        app.label
        for app in apps.get_app_configs()
        if Path(app.path).parent in {ROOT, ROOT / "pupmatch"}
    ]
    linter = MigrationLinter(
        str(ROOT), include_apps=own, analyser_string="postgresql", no_cache=True
    )
    linter.lint_all_migrations()
    linter.print_summary()
    return int(linter.has_errors)


if __name__ == "__main__":
    sys.exit(main())
