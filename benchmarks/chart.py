"""The results as one picture: for each line how much of what its goal allows was used. SVG, written by hand."""

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from benchmarks.measure import Result

NAMES, BARS, ROW, TOP = 470, 420, 24, 46
MET, MISSED, GOAL = "#2f7d4f", "#b3362b", "#444"
MOST = 2.0  # times the goal; longer bars end there


def used(result: Result) -> float:
    """What was used of what the goal allows: 1 is the goal itself, less is better."""
    value = result.ratio if result.goal.of_ratio else result.ours
    share = result.goal.bound / value if result.goal.at_least else value / result.goal.bound
    return max(share, 0.002)


def draw(results: Sequence[Result], path: Path, title: str) -> None:
    rows = [result for result in results if result.goal is not None]
    height, width = TOP + ROW * len(rows) + 40, NAMES + BARS + 190
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" font-family="DejaVu Sans, Arial, sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="12" y="24" font-size="15" font-weight="bold">{escape(title)}</text>',
    ]
    parts += [part for number, result in enumerate(rows) for part in _row(result, TOP + ROW * number)]
    goal = NAMES + BARS / MOST
    bottom = TOP + ROW * len(rows)
    parts += [
        f'<line x1="{goal}" y1="{TOP - 6}" x2="{goal}" y2="{bottom}" stroke="{GOAL}" stroke-dasharray="4 3"/>',
        f'<text x="{goal}" y="{bottom + 18}" text-anchor="middle" fill="{GOAL}">the goal; shorter is better</text>',
        "</svg>",
    ]
    path.write_text("\n".join(parts) + "\n")


def _row(result: Result, y: int) -> list[str]:
    share = used(result)
    length = min(share, MOST) / MOST * BARS
    value = f"{result.ratio:.2f} ×" if result.goal.of_ratio else f"{result.ours:.3g} {result.unit}"
    said = f"{value}  ({result.goal}){' missed' if not result.met else ''}"
    return [
        f'<text x="{NAMES - 8}" y="{y + 15}" text-anchor="end">{escape(_short(result.name))}</text>',
        f'<rect x="{NAMES}" y="{y + 4}" width="{length:.1f}" height="{ROW - 9}"'
        f' fill="{MET if result.met else MISSED}"/>',
        f'<text x="{NAMES + max(length, 0) + 6:.1f}" y="{y + 15}">{escape(said)}</text>',
    ]


def _short(name: str) -> str:
    return name if len(name) <= 72 else f"{name[:71]}…"
