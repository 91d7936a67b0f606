"""Writes what a bench found into bench/RESULTS.md, between its own markers, and draws it."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE / "RESULTS.md"
PLOTS = HERE / "plots"
PEERS_PYTHON = HERE / ".venv" / "bin" / "python"


def table(head: list[str], rows: list[list[str]]) -> str:
    """Markdown; the first column reads from the left, figures from the right."""
    lines = [head, [":--"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write(name: str, title: str, body: str) -> None:
    """Replace the part called `name`, or append it."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    text = PAGE.read_text() if PAGE.exists() else "# Results\n"
    part = f"{begin}\n## {title}\n\n{body.strip()}\n\nMeasured {datetime.now(UTC):%Y-%m-%d}.\n{end}"
    before, found, rest = text.partition(begin)
    text = before + part + rest.partition(end)[2] if found else f"{text.rstrip()}\n\n{part}\n"
    PAGE.write_text(text)
    print(f"\n{body}\n\nWritten into {PAGE.name}.")


def bars(name: str, **spec: Any) -> str:
    """Draw grouped bars (see bench/plot.py) and say how the page shows them."""
    PLOTS.mkdir(exist_ok=True)
    command = [PEERS_PYTHON, HERE / "plot.py", PLOTS / f"{name}.svg"]
    subprocess.run(command, input=json.dumps(spec), text=True, check=True)
    return f"![{spec['title']}](plots/{name}.svg)"
