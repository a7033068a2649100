"""ISO 3166-1: alpha-3 codes, which the record uses, with the alpha-2 codes and names that STIX and people want."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def countries() -> Mapping[str, tuple[str, str]]:
    """Alpha-2 code and English name by alpha-3 code."""
    text = (resources.files(__package__) / "countries.tsv").read_text(encoding="utf-8")
    return {
        row["alpha3"]: (row["alpha2"], row["name"])
        for row in csv.DictReader(io.StringIO(text), delimiter="\t", strict=True)
    }


@cache
def _names() -> Mapping[str, str]:
    return {code: name for alpha3, (alpha2, name) in countries().items() for code in (alpha3, alpha2)}


def country_name(code: str) -> str:
    """The English name of an alpha-3 or alpha-2 code, or the code itself where it is none."""
    return _names().get(code, code)
