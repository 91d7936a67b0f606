"""docs/security.md names tests, files and attacks that there are, and leaves none of its rows out."""

import ast
import re
from collections import Counter
from functools import cache

import pytest

from tests.assault import LONG_FORMS
from tests.pages import page, section
from tests.requirements import ROOT

PAGE = page("security.md")
# What levels 1 and 2 of ASVS 5.0.0 ask for, by chapter. The seventeenth is not for us.
ASKED = {
    1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7,
    10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16,
}  # fmt: skip
ANSWERS = ("met", "n.a.", "not met")
QUOTED = re.findall(r"`([^`\n]+)`", PAGE)
NODES = sorted({text for text in QUOTED if "::" in text})
FILES = sorted({text for text in QUOTED if re.fullmatch(r"\.?[\w-]+(/[\w.-]+)*(\.\w+)?", text)})
LINKS = sorted(set(re.findall(r"\]\(([^)#:]+)(?:#[\w-]+)?\)", PAGE)))
ANCHORS = re.findall(r"\]\(([\w./-]*)#([\w-]+)\)", PAGE)
ROWS = re.findall(r"^\| (\d+)\.(\d+\.\d+) \| .+? \| ([\w. ]+) \| (.+) \|$", PAGE, re.M)


@cache
def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("node", NODES)
def test_every_test_that_is_named_is_there(node: str):
    path, name = node.split("::")
    assert name.startswith("test_")
    assert name in names_in(path)


def test_every_file_that_is_named_is_there():
    named = [text for text in FILES if "/" in text.strip("/") or re.search(r"\.\w{2,}$", text)]
    assert len(named) > 50
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_link_leads_somewhere():
    assert [link for link in LINKS if not (ROOT / "docs" / link).exists()] == []
    for path, anchor in ANCHORS:
        text = (ROOT / "docs" / path).read_text(encoding="utf-8") if path else PAGE
        titles = re.findall(r"^#+ (.+)$", text, re.M)
        assert anchor in {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in titles}


def test_every_long_attack_has_a_row_and_every_row_is_one():
    named = re.findall(r"^\| `(\w+)` \|", section(PAGE, "The long attacks"), re.M)
    assert sorted(named) == sorted(LONG_FORMS)


def test_each_of_the_ten_of_owasp_has_a_row_with_a_test():
    rows = re.findall(r"^\| API(\d+) .*→ `", PAGE, re.M)
    assert rows == [str(number) for number in range(1, 11)]


def test_every_requirement_has_one_row_with_an_answer():
    ids = [f"{chapter}.{rest}" for chapter, rest, *_ in ROWS]
    assert [one for one, times in Counter(ids).items() if times > 1] == []
    assert {answer for _, _, answer, _ in ROWS} == set(ANSWERS)
    assert Counter(int(chapter) for chapter, *_ in ROWS) == ASKED


def test_the_sums_are_those_of_the_rows():
    counted = Counter((int(chapter), answer) for chapter, _, answer, _ in ROWS)
    told = r"^\| \*\*V(\d+)\*\* \| .+ \| \| (\d+) met, (\d+) n\.a\., (\d+) not met\."
    assert [tuple(map(int, row)) for row in re.findall(told, PAGE, re.M)] == [
        (chapter, *(counted[chapter, answer] for answer in ANSWERS)) for chapter in ASKED
    ]
    every = Counter(answer for _, _, answer, _ in ROWS)
    met, not_asked, missing = (every[answer] for answer in ANSWERS)
    sentence = f"Of {every.total()} rows {met} are met, {not_asked} n.a., {missing} not met."
    assert sentence in PAGE
