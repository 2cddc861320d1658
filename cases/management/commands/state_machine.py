"""`manage.py state_machine`: the picture of the states and verbs in `docs/state-machine.svg`, from the code."""

from html import escape
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from cases.enums import FINAL_STATES, MOVES, State, Verb

PICTURE = Path("docs") / "state-machine.svg"
WIDTH, HEIGHT = 160, 120
# Only where a box stands is chosen here; which boxes and arrows there are comes from the enums.
PLACES = {
    State.SUBMITTED: (20, 240),
    State.RECEIVED: (250, 240),
    State.DIGITIZED: (480, 240),
    State.PROCESSING: (710, 240),
    State.PAID: (940, 240),
    State.RETURNED: (1170, 240),
    State.SUPPLEMENT: (619, 20),
    State.REFUSED: (20, 460),
    State.STOPPED: (619, 460),
}
CANVAS = (1350, 600)


def arrows() -> dict[tuple[State, State], list[Verb]]:
    """(from, to) → verbs; a verb without a target of its own leads back to where the supplement began."""
    found: dict[tuple[State, State], list[Verb]] = {}
    for verb, move in MOVES.items():
        if verb == Verb.RESUME:
            pairs = [(State.SUPPLEMENT, state) for state in MOVES[Verb.REQUEST_SUPPLEMENT].sources]
        elif move.target is None:
            continue
        else:
            pairs = [(source, move.target) for source in move.sources]
        for pair in pairs:
            found.setdefault(pair, []).append(verb)
    return found


def staying(state: State) -> list[Verb]:
    """Verbs that act in this state and leave it as it is."""
    return [
        verb
        for verb, move in MOVES.items()
        if move.target is None and verb != Verb.RESUME and state in move.sources
    ]


def picture() -> str:
    """The whole drawing as SVG text; the same code gives the same text."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {CANVAS[0]} {CANVAS[1]}" '
        'font-family="sans-serif" font-size="13">',
        "<title>States and verbs of a dossier</title>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path d="M0 0L8 4L0 8z" fill="#475569"/></marker></defs>',
        f'<rect width="{CANVAS[0]}" height="{CANVAS[1]}" fill="#ffffff"/>',
    ]
    pairs = arrows()
    for source, target in sorted(pairs):
        lines += _arrow(source, target, pairs[source, target], both_ways=(target, source) in pairs)
    for state in State:
        lines += _box(state)
    lines.append("</svg>")
    return "\n".join(lines) + "\n"


def _arrow(source: State, target: State, verbs: list[Verb], *, both_ways: bool) -> list[str]:
    (x1, y1), (x2, y2) = _edge(source, target), _edge(target, source)
    # Two opposite arrows run side by side instead of over each other.
    shift = (10 if PLACES[source][1] < PLACES[target][1] else -10) if both_ways else 0
    x1, x2 = x1 + shift, x2 + shift
    label = ", ".join(verb.value for verb in sorted(verbs))
    share = 0.5 if y1 == y2 else 0.9 if abs(y2 - y1) > HEIGHT * 2 else 0.3
    x, y = x1 + (x2 - x1) * share, y1 + (y2 - y1) * share
    anchor = "middle" if y1 == y2 else ("start" if shift >= 0 else "end")
    dx, dy = (0, -8) if y1 == y2 else ((6, 0) if shift >= 0 else (-6, 14))
    return [
        f'<path d="M{x1} {y1}L{x2} {y2}" stroke="#475569" fill="none" marker-end="url(#tip)"/>',
        f'<text x="{x + dx:.0f}" y="{y + dy:.0f}" text-anchor="{anchor}" fill="#1e293b" stroke="#ffffff" '
        f'stroke-width="4" paint-order="stroke" font-size="12">{escape(label)}</text>',
    ]


def _edge(state: State, towards: State) -> tuple[float, float]:
    """Where an arrow leaves or meets the box."""
    x, y = PLACES[state]
    other_x, other_y = PLACES[towards]
    if y == other_y:
        return (x + WIDTH, y + HEIGHT / 2) if other_x > x else (x, y + HEIGHT / 2)
    lean = max(-50, min(50, (other_x - x) / 6))
    return (x + WIDTH / 2 + lean, y + HEIGHT if other_y > y else y)


def _box(state: State) -> list[str]:
    x, y = PLACES[state]
    fill = "#dcfce7" if state == State.RETURNED else "#fee2e2" if state in FINAL_STATES else "#e0f2fe"
    with translation.override("en"):
        english = str(state.label)
    with translation.override("vi"):
        vietnamese = str(state.label)
    lines = [
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="8" fill="{fill}" stroke="#334155"/>',
        f'<text x="{x + WIDTH / 2}" y="{y + 22}" text-anchor="middle" font-weight="bold">{escape(english)}</text>',
        f'<text x="{x + WIDTH / 2}" y="{y + 42}" text-anchor="middle" font-size="12">{escape(vietnamese)}</text>',
    ]
    for number, verb in enumerate(staying(state)):
        lines.append(
            f'<text x="{x + WIDTH / 2}" y="{y + 62 + 16 * number}" text-anchor="middle" '
            f'font-size="12" fill="#1e293b">↻ {escape(verb.value)}</text>'
        )
    return lines


class Command(BaseCommand):
    help = "Draw docs/state-machine.svg from the code; with --check only say whether it is up to date."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true")

    def handle(self, *args, check: bool, **options):
        path = settings.BASE_DIR / PICTURE
        drawn = picture()
        if check:
            if not path.exists() or path.read_text() != drawn:
                raise CommandError(f"{PICTURE} is not up to date. Run: manage.py state_machine")
            return
        path.write_text(drawn)
        self.stdout.write(str(PICTURE))
