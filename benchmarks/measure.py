"""Measuring side by side: what is compared runs in turn, so that a busy machine slows both down alike."""

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True)
class Result:
    """One line of the table; `ratio` is ours divided by the yardstick, below 1 is faster than it."""

    name: str
    ours: float
    yardstick: float | None
    unit: str
    goal: float | None

    @property
    def ratio(self) -> float | None:
        return self.ours / self.yardstick if self.yardstick else None

    @property
    def met(self) -> bool | None:
        return None if self.goal is None else self.ours < self.goal

    def as_dict(self) -> dict:
        return {
            "name": self.name,
            "ours": round(self.ours, 3),
            "yardstick": None if self.yardstick is None else round(self.yardstick, 3),
            "unit": self.unit,
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "goal": self.goal,
            "met": self.met,
        }


def in_turn(
    functions: Sequence[Callable[[], object]], *, rounds: int, clock: Callable[[], float] = perf_counter
) -> list[float]:
    """Seconds of the best round of each function, after one round that warms up.

    The best of many: whatever else the machine does only ever adds time.
    """
    best = [float("inf")] * len(functions)
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds + 1):
            for place, function in enumerate(functions):
                begin = clock()
                function()
                took = clock() - begin
                if number:
                    best[place] = min(best[place], took)
    finally:
        gc.enable()
    return best


def each(function: Callable, inputs: Sequence[tuple]) -> Callable[[], None]:
    """One round: the function once for each input."""

    def run() -> None:
        for given in inputs:
            function(*given)

    return run
