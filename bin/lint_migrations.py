"""Looks for migrations that would lock or break a running release, with two pairs of eyes.

What `manage.py lintmigrations` does, without its app in INSTALLED_APPS: the product does not carry
the tool, and its own choice of analyser does not know the PostGIS engine. Then squawk, which reads
the SQL itself, as it runs: in one transaction, or without.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import django
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django_migration_linter import MigrationLinter

ROOT = Path(__file__).resolve().parent.parent
# `migrate` sets both time-outs and knows what it has done already; the others are tastes: of types,
# of which Django has its own.
NOT_ASKED = [
    "require-lock-timeout",
    "require-statement-timeout",
    "prefer-robust-stmts",
    "prefer-text-field",
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
]
# Released, and about tables that came with the same release.
RELEASED = ["moderation.0002_evidence_files", "moderation.0004_appeal_answers"]


def own_apps() -> list[str]:
    """The apps that stand in this folder."""
    folders = {ROOT, ROOT / "pupmatch"}
    return [app.label for app in apps.get_app_configs() if Path(app.path).parent in folders]


def lint() -> bool:
    """Whether django-migration-linter finds nothing unsafe."""
    linter = MigrationLinter(
        str(ROOT), include_apps=own_apps(), analyser_string="postgresql", no_cache=True
    )
    linter.lint_all_migrations()
    linter.print_summary()
    return not linter.has_errors


def squawk() -> bool:
    """Whether squawk finds nothing in what the migrations say to the database."""
    loader = MigrationLoader(connection, replace_migrations=False)
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for (app, name), migration in sorted(loader.graph.nodes.items()):
            if app in own_apps() and f"{app}.{name}" not in RELEASED:
                sql = "\n".join(loader.collect_sql([(migration, False)]))
                files.append(Path(folder, f"{app}.{name}.sql"))
                files[-1].write_text(
                    f"BEGIN;\n{sql}\nCOMMIT;\n" if migration.atomic else f"{sql}\n"
                )
        version = connection.get_database_version()[0]
        told = [f"--exclude={rule}" for rule in NOT_ASKED]
        command = [
            Path(sys.executable).with_name("squawk"),
            f"--pg-version={version}.0",
            *told,
            *files,
        ]
        return subprocess.run([*map(str, command)], check=False).returncode == 0


def main() -> int:
    """Look at the migrations of our own apps; 1 when one is unsafe."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pupmatch.settings")
    django.setup()
    return 0 if all([lint(), squawk()]) else 1


if __name__ == "__main__":
    sys.exit(main())
