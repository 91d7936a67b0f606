from django.contrib.postgres.operations import CreateExtension, TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """What the tables of every room need from PostgreSQL."""

    initial = True
    dependencies = []

    operations = [
        CreateExtension("postgis"),
        TrigramExtension(),
    ]
