"""The style sheet by itself: contrast of its colours in both modes (WCAG 2.2 AA), nothing that moves."""

from __future__ import annotations

import re
from importlib import resources

import pytest

CSS = (resources.files("pipelines.desk.web") / "static" / "desk.css").read_text(encoding="utf-8")
TEXT, PART = 4.5, 3.0
"""Least contrast of text, and of parts that say something (1.4.3, 1.4.11)."""


def colours(mode: str) -> dict[str, str]:
    """The custom properties of a mode; dark ones stand over the light ones."""
    roots = re.findall(r":root \{([^}]*)\}", CSS)
    light, dark = roots[0], roots[1]
    assert "prefers-color-scheme: dark" in CSS[CSS.index(light) : CSS.index(dark)]
    found = dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6})", light))
    return found | (dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6})", dark)) if mode == "dark" else {})


def light_of(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    a, b = sorted((light_of(one), light_of(other)))
    return (b + 0.05) / (a + 0.05)


WORDS = ("ink", "soft", "accent", "hazard", "other", "link", "good")
GROUNDS = ("paper", "panel")


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_words_stand_out_from_what_they_stand_on(mode: str) -> None:
    found = colours(mode)
    pairs = [(word, ground) for word in WORDS for ground in GROUNDS]
    pairs += [
        ("ink", "mark"),
        ("ink", "chip"),
        ("soft", "chip"),
        ("paper", "ink"),
        ("paper", "good"),
        ("paper", "soft"),
    ]
    weak = {f"{a} on {b}": round(contrast(found[a], found[b]), 2) for a, b in pairs}
    assert {name: ratio for name, ratio in weak.items() if ratio < TEXT} == {}


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_parts_of_charts_stand_out(mode: str) -> None:
    found = colours(mode)
    weak = {
        name: contrast(found[name], found["paper"]) for name in ("accent", "hazard", "other", "bar", "link")
    }
    assert {name: ratio for name, ratio in weak.items() if ratio < PART} == {}


def test_every_colour_is_one_of_the_modes() -> None:
    """A colour outside the custom properties would be the same in the dark."""
    print_at = CSS.index("@media print")
    bare = re.sub(r"--\w+: #[0-9a-f]{3,6}", "", CSS[:print_at])
    bare = bare.replace(".captured { ", "", 1)
    assert re.findall(r"#[0-9a-f]{3,6}\b", bare) == ["#fff"], "only the captured page is white in both modes"


def test_nothing_moves_for_whoever_asks_for_calm() -> None:
    calm = CSS[CSS.index("@media (prefers-reduced-motion: reduce)") :].partition("\n")[0]
    assert all(part in calm for part in ("animation: none", "transition: none", "scroll-behavior: auto"))
    assert "@keyframes" not in CSS
