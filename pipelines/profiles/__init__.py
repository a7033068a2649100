"""Profiles: what a desk watches for, as one folder of data (lexicon, vocabularies, thresholds, weights).

The code in this package knows no subject: ``ai-incidents`` and ``cyber-incidents`` are read by the same lines.
``docs/profiles.md`` tells an analyst how to write a profile.
"""

from __future__ import annotations

from pipelines.profiles.checking import ProfileError
from pipelines.profiles.gazetteer import is_place
from pipelines.profiles.lexicon import Cue, Hit, Lexicon
from pipelines.profiles.profile import (
    CLASSES,
    HERE,
    HINT,
    Axis,
    Harm,
    Profile,
    Value,
    available,
    load,
)
from pipelines.profiles.scan import Line, certainty, evidence, read_lines, subject_score, subject_weights

__all__ = [
    "CLASSES",
    "HERE",
    "HINT",
    "Axis",
    "Cue",
    "Harm",
    "Hit",
    "Lexicon",
    "Line",
    "Profile",
    "ProfileError",
    "Value",
    "available",
    "certainty",
    "evidence",
    "is_place",
    "load",
    "read_lines",
    "subject_score",
    "subject_weights",
]
