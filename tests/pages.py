"""The pages of docs/, for tests that hold them to what there is."""

from tests.requirements import ROOT


def page(name: str) -> str:
    """A page's text."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    """What stands under a heading, up to the next of its rank."""
    return text.split(f"\n## {title}\n")[1].split("\n## ")[0]
