"""What an author gets wrong in a profile is one sentence with file, key and what is allowed, and no other error."""

from __future__ import annotations

import copy
import json
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines import profiles

MINE = """
[profile]
name = "mine"
title = "Incidents of lifts"
noun = "lift"
subject = "a lift"
subject_plural = "lifts"
homonyms = { lift = "shoplift | chairlift" }
thresholds = { relevance = 0.5, mention = 0.2, class = 0.34, axis = 0.45, part = 0.4 }
axes = { order = ["part"] }
limbs = { a = "harm to persons" }
classes = { bias = { unrelated = 0.9 }, actual = { incident = 4.0 } }
[subject]
lift = { weight = 0.9, phrases = "lift | elevator", anywhere = true }
cabin = { weight = 0.5, phrases = "cabin", beside = "lift", imagined = false, about = "the cabin" }
[harms.fall]
limb = "a"
stance = "actual"
phrases = "fell | plunged"
severity = 2
strength = 0.9
values = { part = { Rope = 0.5 } }
context = false
accident = true
[news]
rules = { weights = { complementary = 1.9 }, phrases = "new rules", place = "title", over = ["sale"], harmless = 0.5 }
sale = { weights = { unrelated = 1 }, phrases = "for sale", guard = false }
["axes/part".Rope]
definition = "What carries the cabin"
cues = "rope | cable"
weight = 0.6
hints = "steel"
[organisations.Hoist]
kind = "organisation"
names = "Hoist Ltd"
role = "developer"
[weights.weights]
actual = { incident = 0.1 }
[modality]
plausible = { phrases = "could" }
actual = { phrases = "has happened" }
negation = { phrases = "not", window_han = 8, window_latin = 28 }
not_negation = { phrases = "not only" }
shadow = { phrases = "no later than" }
near_miss = { phrases = "nearly" }
furniture = { phrases = "read more" }
"""
Paths = list[tuple[str, ...]]
WRONG: list[Any] = [
    "",
    "x",
    -1,
    3,
    2.5,
    10**400,
    float("nan"),
    True,
    [],
    ["x"],
    [1],
    {},
    {"x": 1},
    {"x": {"x": "x"}},
]


def toml(value: Any) -> str:
    """A value as TOML, tables inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return "nan" if value != value else json.dumps(value)


def load(files: dict[str, Any], folder: Path) -> profiles.Profile:
    (folder / "axes").mkdir()
    for name, tables in files.items():
        whole = "\n".join(f"{json.dumps(key)} = {toml(one)}" for key, one in tables.items())
        (folder / f"{name}.toml").write_text(whole, encoding="utf-8")
    return profiles.load(folder)


def keys(table: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in table.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from keys(value, (*above, key))


KEYS: Paths = [path for path in keys(tomllib.loads(MINE)) if len(path) > 1]


def mutated(path: tuple[str, ...], new: Any) -> dict[str, Any]:
    """The valid profile with another value at ``path``, or without it where ``new`` is ``None``."""
    files = copy.deepcopy(tomllib.loads(MINE))
    table = files
    for key in path[:-1]:
        table = table[key]
    if new is None:
        del table[path[-1]]
    else:
        table[path[-1]] = new
    return files


def test_the_profile_that_is_mutated_is_valid(tmp_path: Path) -> None:
    profile = load(tomllib.loads(MINE), tmp_path)
    assert profile.beside == {"subject.cabin": "subject.lift"}
    assert profile.reach == {"han": 8, "latin": 28}


@pytest.mark.parametrize(
    ("path", "new", "says"),
    [
        ("news rules place", "lead", "news.toml: [rules] has place 'lead'; it must be title"),
        ("modality negation window_han", None, "modality.toml: [negation] lacks window_han; it must be a whole number"),
        ("modality negation window_latin", "8", "[negation] has window_latin '8'; it must be a whole number"),
        ("subject lift weight", "heavy", "subject.toml: [lift] has weight 'heavy'; it must be a number from 0 to 1"),
        ("news sale weights", {"unrelated": "much"}, "news.toml: [sale] has weights {'unrelated': 'much'}; it must be a table of numbers"),
        ("axes/part Rope weight", True, "part.toml: [Rope] has weight True; it must be a number from 0 to 1"),
        ("subject cabin beside", "lifts", "subject.toml: [cabin] has beside 'lifts'; it must be one of lift, cabin"),
        ("harms fall severity", True, "harms.toml: [fall] has severity True; it must be one of 1, 2, 3"),
        ("organisations Hoist role", "owner", "[Hoist] has role 'owner'; it must be one of developer"),
        ("profile thresholds class", None, "profile.toml: [thresholds] lacks class"),
        ("profile thresholds prat", 0.4, "profile.toml: [thresholds] has prat, which no profile knows"),
        ("profile classes actual", {"incidents": 4.0}, "[classes] actual weighs incidents"),
        ("profile homonyms lift", "|", "[homonyms] has lift '|'; it must be one phrase or more"),
        ("profile axes order", ["../part"], "[axes] has order ['../part']; it must be a list of names of files"),
        ("subject lift", 1, "subject.toml: 'lift' stands outside any group"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_sentence(tmp_path: Path, path: str, new: Any, says: str) -> None:
    with pytest.raises(profiles.ProfileError) as fault:
        load(mutated(tuple(path.split(" ")), new), tmp_path)
    assert says in str(fault.value)
    assert "\n" not in str(fault.value)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(KEYS), st.sampled_from([None, *WRONG]))
def test_a_mutated_profile_loads_or_is_refused(path: tuple[str, ...], new: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        refused = ""
        try:
            load(mutated(path, new), Path(folder))
        except profiles.ProfileError as fault:
            refused = str(fault)
        assert not refused or str(Path(folder).resolve()) in refused
