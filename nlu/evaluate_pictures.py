"""Pictures of an evaluation as SVG, written by hand: two charts need no library."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from nlu.evaluate_figures import Calibration

_SIDE, _LEFT, _TOP = 320, 60, 30
"""Pixels of the square plot and of the room around it."""
_ROW = 24
_INK, _QUIET, _ACCENT = "#222222", "#b8b8b8", "#1b5fab"


def reliability(told: Calibration) -> str:
    """Mean score against the share that was right; on the dashed line a score means what it says."""
    marks = [_axis_marks(tenth / 10) for tenth in range(0, 11, 2)]
    most = max((one.count for one in told.bins), default=0) or 1
    points = [(one, *_place(one.score, one.right)) for one in told.bins if one.count]
    line = " ".join(f"{x:.1f},{y:.1f}" for _, x, y in points)
    dots = [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{3 + 9 * (one.count / most) ** 0.5:.1f}" fill="{_ACCENT}" '
        f'fill-opacity="0.7"><title>{one.count} questions, score {one.score:.2f}, right {one.right:.2f}</title>'
        "</circle>"
        for one, x, y in points
    ]
    start, end = _place(0, 0), _place(1, 1)
    return _svg(
        _SIDE + _LEFT + 30,
        _SIDE + _TOP + 60,
        f"Reliability, expected calibration error {told.error:.3f}",
        [
            *marks,
            f'<line x1="{start[0]}" y1="{start[1]}" x2="{end[0]}" y2="{end[1]}" '
            f'stroke="{_QUIET}" stroke-dasharray="5 4"/>',
            f'<polyline points="{line}" fill="none" stroke="{_ACCENT}" stroke-width="2"/>',
            *dots,
            _text(_LEFT + _SIDE / 2, _TOP + _SIDE + 44, "score", anchor="middle"),
            _text(14, _TOP + _SIDE / 2, "right", anchor="middle", turned=True),
        ],
    )


def confusion_bars(pairs: Sequence[tuple[str, str, int]]) -> str:
    """What was expected and what it was taken for, most frequent first."""
    most = max((times for _, _, times in pairs), default=1)
    lines = []
    for row, (expected, best, times) in enumerate(pairs):
        y = _TOP + _ROW * row
        lines += [
            _text(330, y + 16, f"{expected} → {best}", anchor="end"),
            f'<rect x="340" y="{y + 4}" width="{240 * times / most:.1f}" height="{_ROW - 8}" fill="{_ACCENT}"/>',
            _text(346 + 240 * times / most, y + 16, str(times)),
        ]
    return _svg(620, _TOP + _ROW * max(len(pairs), 1) + 10, "Worst confusions", lines)


def _place(score: float, right: float) -> tuple[float, float]:
    return _LEFT + _SIDE * score, _TOP + _SIDE * (1 - right)


def _axis_marks(value: float) -> str:
    x, y = _place(value, value)
    bottom = _TOP + _SIDE
    return "".join(
        [
            f'<line x1="{x}" y1="{_TOP}" x2="{x}" y2="{bottom}" stroke="{_QUIET}" stroke-opacity="0.4"/>',
            f'<line x1="{_LEFT}" y1="{y}" x2="{_LEFT + _SIDE}" y2="{y}" stroke="{_QUIET}" stroke-opacity="0.4"/>',
            _text(x, bottom + 18, f"{value:.1f}", anchor="middle"),
            _text(_LEFT - 8, y + 4, f"{value:.1f}", anchor="end"),
        ]
    )


def _text(x: float, y: float, words: str, *, anchor: str = "start", turned: bool = False) -> str:
    turn = f' transform="rotate(-90 {x} {y})"' if turned else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{turn}>{escape(words)}</text>'


def _svg(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    inner = "\n".join([f"<title>{escape(title)}</title>", *parts, _text(width / 2, 18, title, anchor="middle")])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" role="img" font-family="sans-serif" font-size="12" fill="{_INK}">\n'
        f'<rect width="100%" height="100%" fill="white"/>\n{inner}\n</svg>\n'
    )
