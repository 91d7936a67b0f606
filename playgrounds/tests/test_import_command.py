from functools import partial

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from playgrounds.importing.service import AlreadyRunning
from playgrounds.tests.files import (
    feature,
    geojson,
    read,
)

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_the_same_data_set_is_imported_once_at_a_time(in_parallel):
    def slowly(text):
        def others():
            connections.close_all()
            with pytest.raises(AlreadyRunning):
                read(text)

        outcome = []
        read(text, progress=lambda: outcome or outcome.append(in_parallel(others)))
        return outcome[0]

    assert slowly(geojson(feature())) == [None]


def test_the_command_reports_in_words(tmp_path, capsys):
    file = tmp_path / "salzburg.geojson"
    file.write_text(geojson(feature(), *[feature(None, id=f"node/{n}") for n in range(2, 7)]))

    for _ in range(2):
        call_command("import_playgrounds", str(file))

    assert capsys.readouterr().out.splitlines() == [
        "openstreetmap, credited to: © OpenStreetMap contributors, ODbL 1.0",
        "6 read: 1 added, 0 changed, 0 as before, 5 skipped",
        "  skipped, no name: 5 (row 2 node/2, row 3 node/3, row 4 node/4, …)",
        "openstreetmap, credited to: © OpenStreetMap contributors, ODbL 1.0",
        "6 read: 0 added, 0 changed, 1 as before, 5 skipped",
        "  skipped, no name: 5 (row 2 node/2, row 3 node/3, row 4 node/4, …)",
    ]
    file.write_text(geojson(feature(id="node/99")))
    call_command("import_playgrounds", str(file), dry_run=True)
    assert capsys.readouterr().out.splitlines()[1:] == [
        "1 read: 1 added, 0 changed, 0 as before, 0 skipped (dry run: nothing was written)",
        "  no longer in the file, kept: 1 (node/1 Hundewiese)",
    ]


def test_the_command_refuses_in_words(tmp_path):
    run = partial(call_command, "import_playgrounds")
    (tmp_path / "other.csv").write_text("name,lat,lon\na,1,2\n")

    with pytest.raises(CommandError, match="No such file"):
        run(str(tmp_path / "none.csv"))
    with pytest.raises(CommandError, match=r"other\.csv: .*--attribution"):
        run(str(tmp_path / "other.csv"))
    with pytest.raises(CommandError, match="at most 60"):
        run(str(tmp_path / "other.csv"), source="x" * 61, attribution="y")
