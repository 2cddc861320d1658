"""Measuring side by side: what is compared runs in turn, so that a busy machine slows both down alike."""

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True)
class Goal:
    """What a line has to keep: a bound of the ratio, or of ours in the unit of the line."""

    bound: float
    of_ratio: bool = False
    at_least: bool = False

    def __str__(self) -> str:
        return f"{'ratio ' * self.of_ratio}{'≥' if self.at_least else '≤'} {self.bound:g}"

    def is_met_by(self, value: float) -> bool:
        return value >= self.bound if self.at_least else value <= self.bound


@dataclass(frozen=True)
class Result:
    """One line of the table: medians of the rounds; `ratio` is ours divided by the yardstick.

    `ratios` are those of the rounds, the lowest and the highest are the spread; `note` says what the figures
    leave out.
    """

    name: str
    ours: float
    yardstick: float | None
    unit: str
    goal: Goal | None
    ratios: tuple[float, ...] = ()
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Of one round to that of the other: what slows the machine down for a while slows both."""
        if self.ratios:
            return median(self.ratios)
        return self.ours / self.yardstick if self.yardstick else None

    @property
    def met(self) -> bool | None:
        if self.goal is None:
            return None
        return self.goal.is_met_by(self.ratio if self.goal.of_ratio else self.ours)

    def as_dict(self) -> dict:
        facts = {
            "name": self.name,
            "ours": _rounded(self.ours),
            "yardstick": _rounded(self.yardstick),
            "unit": self.unit,
            "ratio": _rounded(self.ratio),
            "spread": [_rounded(min(self.ratios)), _rounded(max(self.ratios))] if self.ratios else None,
            "goal": None if self.goal is None else str(self.goal),
            "met": self.met,
        }
        return facts | ({"note": self.note} if self.note else {})


def compared(
    name: str,
    ours: Sequence[float],
    yardstick: Sequence[float],
    unit: str,
    goal: Goal | None,
    *,
    scale: float = 1.0,
    note: str = "",
) -> Result:
    """The line of rounds that were measured in turn; `scale` makes its unit of what was measured."""
    ratios = tuple(own / other for own, other in zip(ours, yardstick, strict=True))
    return Result(name, median(ours) * scale, median(yardstick) * scale, unit, goal, ratios, note)


def rounds_of(
    functions: Sequence[Callable[[], object]],
    *,
    rounds: int,
    warm_up: bool = True,
    clock: Callable[[], float] = perf_counter,
) -> list[list[float]]:
    """Seconds of each round of each function, after one round that warms up."""
    took: list[list[float]] = [[] for _function in functions]
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds + warm_up):
            for place, function in enumerate(functions):
                begin = clock()
                function()
                seconds = clock() - begin
                if number or not warm_up:
                    took[place].append(seconds)
    finally:
        gc.enable()
    return took


def best_of(functions: Sequence[Callable[[], object]], **how) -> list[float]:
    """Seconds of the best round of each: whatever else the machine does only ever adds time."""
    return [min(took) for took in rounds_of(functions, **how)]


def each(function: Callable, inputs: Sequence[tuple]) -> Callable[[], None]:
    """One round: the function once for each input."""

    def run() -> None:
        for given in inputs:
            function(*given)

    return run


def _rounded(value: float | None) -> float | None:
    """Three digits behind the point, more of what is small."""
    if value is None:
        return None
    return round(value, 3) if abs(value) >= 1 else float(f"{value:.3g}")
