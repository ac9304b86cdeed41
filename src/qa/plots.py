"""The report's plots, as SVG that takes its colours from the page and so follows light and dark."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qa.measures import Calibration, Estimate, RiskCoverage

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Drawn in these, shown in the page's colours of those names.
COLOURS = {"#010203": "--ink", "#040506": "--edge", "#070809": "--accent"}
INK, EDGE, ACCENT = COLOURS
# Inches; a plot is as wide as a column of the page, and its text as large as the page's small text.
WIDTH, HEIGHT, ROW = 6.0, 3.4, 0.34
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 10,
    "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": EDGE, "xtick.color": INK, "ytick.color": INK,
    "grid.color": EDGE, "axes.grid": True, "axes.axisbelow": True, "axes.spines.top": False,
    "axes.spines.right": False, "text.parse_math": False, "grid.linewidth": 0.6,
}  # fmt: skip
# Ranks drawn one by one; what comes later is one bar.
RANKS = 10


def plot_groups(groups: Mapping[str, Estimate], label: str) -> str:
    """A dot with its interval for each group."""

    def draw(axes: Axes) -> None:
        names = list(groups)[::-1]
        values = [groups[name] for name in names]
        errors = [[v.value - v.low for v in values], [v.high - v.value for v in values]]
        axes.errorbar([v.value for v in values], range(len(values)), xerr=errors, fmt="o", color=ACCENT, capsize=3)
        axes.set_yticks(range(len(values)), [f"{n} ({groups[n].n})" for n in names])
        axes.set_xlim(0, 1.02)
        axes.set_xlabel(label)

    return _draw(draw, 0.9 + ROW * len(groups))


def plot_ranks(ranks: Sequence[int | None], label: str) -> str:
    """How many questions have their first relevant passage at each rank."""
    counts = Counter(min(rank, RANKS + 1) if rank else RANKS + 2 for rank in ranks)
    names = [*map(str, range(1, RANKS + 1)), f"after {RANKS}", "never"]

    def draw(axes: Axes) -> None:
        heights = [counts[rank] for rank in range(1, RANKS + 3)]
        bars = axes.bar(names, heights, color=ACCENT)
        axes.bar_label(bars, [str(height) if height else "" for height in heights], color=INK)
        axes.grid(visible=False)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(label)

    return _draw(draw)


def plot_calibration(calibration: Calibration) -> str:
    """Stated confidence against the truth."""

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=EDGE, linestyle="--")
        axes.plot(calibration.confidence, calibration.answerable, "o-", color=ACCENT)
        axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="stated confidence", ylabel="share answerable")

    return _draw(draw)


def plot_risk(coverage: RiskCoverage) -> str:
    """The share answered wrong, of the share answered at all."""

    def draw(axes: Axes) -> None:
        axes.plot(coverage.coverage, coverage.risk, color=ACCENT)
        axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="share of questions answered", ylabel="share of these wrong")

    return _draw(draw)


def _draw(draw: Callable[[Axes], None], height: float = HEIGHT) -> str:
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    # Shapes are named by a hash, which the salt tells apart from those of other plots.
    with rc_context({**STYLE, "svg.hashsalt": draw.__qualname__}):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure.subplots())
        out = io.StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = out.getvalue()
    for colour, name in COLOURS.items():
        svg = svg.replace(colour, f"var({name})")
    # What makes it a file and not a part of a page: head, size, and names that several plots would share.
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.DOTALL)
    return re.sub(r' id="[a-z]+[\w.]*_\d+"| (?:width|height)="[\d.]+pt"', "", svg)
