"""Fit corrections to the class weights of a profile: ``python -m pipelines.labels.train ROWS.jsonl|ROWS.tsv…``.

For profiles of your own. ``ai-incidents`` ships none: its rules measure as well alone (docs/quality.md).

A multinomial logistic regression over the reasons of :mod:`pipelines.labels.classes`, maximum a posteriori with the
rules' own weights as the mean of the prior: where the rows say nothing, the rules stand. What is written,
``weights.toml`` in the profile's folder, holds differences to the rules' weights and no text. Rows need ``title``,
``text`` and ``class``. Same rows, same profile: same bytes. Without ROWS, the examples that we wrote; no other data is
read, whatever lies around.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines import profiles
from pipelines.labels.classes import reasons, rule_weights
from pipelines.labels.reading import read
from pipelines.profiles import CLASSES, HERE, Profile

Matrix = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int_]
PULL = 3.0
"""How strongly the rules hold: the weight of the prior, in rows."""
STEPS = 300
RATE = 0.8
OWN = Path("tests/quality")
"""Where our own examples stand, in a checkout: the only rows that weights of ours may be fitted to."""


def feature_names(profile: Profile) -> list[str]:
    """The reasons that a text can have, in a fixed order."""
    return ["bias", *sorted(set(profile.classes) - {"bias"}), *(f"news.{name}" for name in profile.news)]


def features(rows: Sequence[dict[str, Any]], profile: Profile) -> tuple[Matrix, Flags]:
    """``(reasons [n, f], whether each row concerns the subject [n])``."""
    names = feature_names(profile)
    x, relevant = [], []
    for row in rows:
        senses = read(row["title"], row["text"], profile)
        found = reasons(senses, profile)
        x.append([1.0, *(found[name].strength if name in found else 0.0 for name in names[1:])])
        relevant.append(profiles.certainty(s.worth for s in senses) >= profile.thresholds["relevance"])
    return np.array(x), np.array(relevant)


def rules(profile: Profile) -> Matrix:
    """The rules' own weights ``[f, 4]``, classes in the order of ``CLASSES``."""
    names = feature_names(profile)
    return np.array([[rule_weights(name, profile).get(one, 0.0) for one in CLASSES] for name in names])


def fit(x: Matrix, y: Numbers, sample: Matrix, prior: Matrix, pull: float) -> Matrix:
    """Maximum a posteriori weights ``[f, 4]`` by gradient descent from ``prior``; ``sample`` weighs the rows."""
    weights, gold = prior.copy(), np.eye(len(CLASSES))[y]
    for _ in range(STEPS):
        z = x @ weights
        p = np.exp(z - z.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        gradient = x.T @ ((p - gold) * sample[:, None]) + pull * (weights - prior)
        weights -= RATE * gradient / (sample.sum() + pull)
    return weights


def sample_weights(y: Numbers) -> Matrix:
    """Rare classes count more: the inverse square root of their number, mean 1."""
    counts = np.bincount(y, minlength=len(CLASSES)).clip(1)
    weights = 1.0 / np.sqrt(counts)[y]
    return np.asarray(weights / weights.mean(), dtype=np.float64)


def gold(rows: Sequence[dict[str, Any]]) -> Numbers:
    """Class numbers ``[n]``.

    :raises ValueError: when a row has no class, or one that there is not.
    """
    for row in rows:
        if row.get("class") not in CLASSES:
            raise ValueError(f"a row has the class {row.get('class')!r}; it is one of {', '.join(CLASSES)}")
    return np.array([CLASSES.index(row["class"]) for row in rows])


def train(
    rows: Sequence[dict[str, Any]], profile: Profile, *, pull: float = PULL
) -> dict[str, dict[str, float]]:
    """Differences to the rules' weights by reason and class, rounded to three places, zeros left out."""
    x, relevant = features(rows, profile)
    y = gold(rows)
    prior = rules(profile)
    fitted = fit(x[relevant], y[relevant], sample_weights(y[relevant]), prior, pull)
    found: dict[str, dict[str, float]] = {}
    for name, difference in zip(feature_names(profile), np.round(fitted - prior, 3), strict=True):
        kept: dict[str, float] = {
            one: float(value) for one, value in zip(CLASSES, difference, strict=True) if value
        }
        if kept:
            found[name] = kept
    return found


def write(weights: dict[str, dict[str, float]], path: Path, note: str) -> None:
    """Write ``weights.toml``."""
    lines = [f"# {line}" for line in note.splitlines()]
    for name, values in weights.items():
        lines += ["", f'[weights."{name}"]', *(f"{one} = {value}" for one, value in values.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_rows(path: Path) -> tuple[list[dict[str, Any]], str]:
    """Rows of a JSON Lines file (gzip accepted) or of a table with a head line, and the SHA-256 of its text."""
    raw = path.read_bytes()
    text = gzip.decompress(raw) if path.suffix == ".gz" else raw
    lines = [line for line in text.decode().splitlines() if line.strip()]
    if path.suffix == ".tsv":
        head = (lines or [""])[0].split("\t")
        found = [dict(zip(head, line.split("\t"), strict=True)) for line in lines[1:]]
    else:
        found = [json.loads(line) for line in lines]
    return [{**row, "text": row.get("text") or None} for row in found], sha256(text).hexdigest()


def own_rows() -> list[Path]:
    """The files of the examples that we wrote."""
    return [OWN / "labels_corpus.jsonl", OWN / "labels_examples.tsv"]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 when the weights were written, 2 when there is nothing to learn from."""
    parser = argparse.ArgumentParser(
        prog="python -m pipelines.labels.train", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "rows", type=Path, nargs="*", help="labelled rows: JSON Lines, gzip accepted, or .tsv"
    )
    parser.add_argument("--profile", default="ai-incidents")
    parser.add_argument("--out", type=Path, help="default: weights.toml in the profile's folder")
    chosen = parser.parse_args(arguments)
    rows: list[dict[str, Any]] = []
    sources: list[str] = []
    for path in chosen.rows or own_rows():
        if not path.is_file():
            sys.stderr.write(f"no labelled rows at {path}: nothing was trained\n")
            return 2
        try:
            found, digest = read_rows(path)
        except (ValueError, TypeError, OSError, EOFError) as fault:
            sys.stderr.write(f"{path} holds no labelled rows ({fault}): nothing was trained\n")
            return 2
        rows += found
        sources.append(f"{path.parent.name}/{path.name}: {len(found)} rows, sha256 {digest[:12]} unpacked")
    profile = profiles.load(chosen.profile)
    out = chosen.out or HERE / profile.name / "weights.toml"
    note = "\n".join(
        [
            "Differences to the rules' class weights, fitted by `python -m pipelines.labels.train`.",
            *sources,
            f"Pull {PULL:g}. Delete this file to judge by the rules' own weights.",
        ]
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        weights = train(rows, profile)
    except ValueError as fault:
        sys.stderr.write(f"{fault}: nothing was trained\n")
        return 2
    write(weights, out, note)
    sys.stderr.write(f"{out}: weights fitted to {len(rows)} rows\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
