"""Draws grouped bars, or lines, as SVG; `bench.results` runs it in bench/.venv.

plot.py FILE < {"title", "label", "groups": [...], "series": {name: [...]}, "kind"?, "scale"?, "marks"?}
"""

import json
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

# The same figures give the same file.
mpl.rcParams.update({"svg.hashsalt": "pupmatch", "font.size": 9, "svg.fonttype": "none"})
COLOURS = ["#c2410c", "#0f766e", "#4338ca", "#a16207", "#9f1239", "#475569"]


def draw(spec: dict, file: Path) -> None:
    figure, axes = plt.subplots(figsize=(8, 3.6), layout="constrained")
    groups, series = spec["groups"], spec["series"]
    for number, (name, values) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        if spec.get("kind") == "lines":
            axes.plot(groups, values, marker="o", color=colour, label=name)
            continue
        width = 0.8 / len(series)
        places = [at - 0.4 + width * (number + 0.5) for at in range(len(groups))]
        axes.bar(places, values, width * 0.92, color=colour, label=name)
    if spec.get("kind") != "lines":
        axes.set_xticks(range(len(groups)), groups)
    for mark in spec.get("marks", []):
        axes.axhline(mark, color="#94a3b8", linewidth=0.8, linestyle="--")
    axes.set_yscale(spec.get("scale", "linear"))
    axes.set_ylabel(spec["label"])
    axes.set_title(spec["title"], loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, ncols=min(4, len(series)))
    figure.savefig(file, metadata={"Date": None})


if __name__ == "__main__":
    draw(json.load(sys.stdin), Path(sys.argv[1]))
