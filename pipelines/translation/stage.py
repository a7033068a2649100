"""The stage as a filter over rows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from pipelines.records import BAD_FIELD, Row, Translation, not_text
from pipelines.translation import glossary as glossaries
from pipelines.translation import models
from pipelines.translation.argos import ArgosEngine
from pipelines.translation.engine import Engine
from pipelines.translation.errors import TranslationError
from pipelines.translation.glossary import Glossary
from pipelines.translation.memory import InMemory, Memory
from pipelines.translation.remote import endpoints, is_endpoint
from pipelines.translation.texts import WINDOW, Item, translate_texts


def engines(data_dir: Path, *, package: str | None = None, sample: bool = False) -> dict[str, Engine]:
    """Resident engines by source language: every installed pair into English.

    Args:
        data_dir: the data folder with the packages.
        package: the package to use for its language, by name, model string or hash; ``"sample"`` asks for the sample package;
            ``URL#MODEL`` for an OpenAI-compatible endpoint.
        sample: allow a sample package where no other of its pair is installed (for the samples).

    Raises:
        ModelError: the package asked for is not installed, or one is damaged.
        EngineError: an endpoint whose address is none.
    """
    if package is not None and is_endpoint(package):
        return {**endpoints(package)}
    every = [one for one in models.installed(data_dir) if one.to_code == "en"]
    asked = (
        {one.from_code for one in models.named(every, package)} or {"zh"} if package is not None else set()
    )
    codes = asked | {one.from_code for one in every if sample or not one.sample}
    return {
        code: ArgosEngine(data_dir, from_code=code, package=package if code in asked else None, sample=sample)
        for code in sorted(codes)
    }


def glossary_for(data_dir: Path | None, *, sample: bool = False) -> Glossary:
    """The shipped glossary, with the sample world's names for a sample package and the analysts' ``<data>/glossary.tsv``."""
    found = glossaries.of_samples() if sample else glossaries.standard()
    own = None if data_dir is None else Path(data_dir) / "glossary.tsv"
    return found + glossaries.load(own) if own is not None and own.is_file() else found


def filter_rows(
    rows: Iterable[Row],
    *,
    data_dir: Path | str | None = None,
    model: str | None = None,
    sample: bool = False,
    engine: Engine | Mapping[str, Engine] | None = None,
    memory: Memory | None = None,
    glossary: Glossary | None = None,
) -> Iterator[dict[str, Any]]:
    """One output row per input row: ``id``, ``outcome``, ``title_en``, ``text_en``, ``sentences``, ``engine``, ``model``.

    Args:
        rows: with ``id``, ``title``, ``text``, ``language_tag``; any but ``id`` may be missing or null.
        data_dir: where the packages are; ``WIREDESK_DATA``, else ``./data``.
        model: the package to use, by name, model string or hash, or an endpoint as ``URL#MODEL``.
        sample: allow the sample package where no other is installed.
        engine: engines of the caller's own in the place of the installed packages.
        memory: a translation memory; without one the call remembers its own sentences.
        glossary: names to lock; the shipped one by default.

    Raises:
        ModelError: the package asked for is absent or damaged. Without any package Chinese rows end as ``no_model``.
        TranslationError: a row without a usable ``id``. One whose title or text is no string ends as ``bad_field``.
    """
    folder = Path(data_dir or os.environ.get("WIREDESK_DATA") or "data")
    chosen = engines(folder, package=model, sample=sample) if engine is None else engine
    names = glossary if glossary is not None else glossary_for(folder, sample=_is_sample(chosen))
    kept: Memory = InMemory() if memory is None else memory
    rest = iter(rows)
    while window := list(islice(rest, WINDOW)):
        wrong = [not_text(row, "title", "text", "language_tag") for row in window]
        items = [_item(row) for row, why in zip(window, wrong, strict=True) if not why]
        translated = iter(translate_texts(items, chosen, kept, names))
        for row, why in zip(window, wrong, strict=True):
            translation = Translation(outcome=BAD_FIELD, reason=why) if why else next(translated)[1]
            yield {"id": row["id"], **as_row(translation)}


def as_row(translation: Translation) -> dict[str, Any]:
    """The fields that a translation adds to a row."""
    return {
        "outcome": translation.outcome,
        "reason": translation.reason,
        "title_en": translation.title_en,
        "text_en": translation.text_en,
        "sentences": [
            {
                "n": sentence.n,
                "field": sentence.field,
                "start": sentence.start,
                "end": sentence.end,
                "source": sentence.source,
                "target": sentence.target,
                "flags": list(sentence.flags),
            }
            for sentence in translation.sentences
        ],
        "engine": translation.engine,
        "model": translation.model,
    }


def _is_sample(chosen: Engine | Mapping[str, Engine]) -> bool:
    every = chosen.values() if isinstance(chosen, Mapping) else [chosen]
    return any(models.is_sample(one.model) for one in every)


def _item(row: Row) -> Item:
    if row.get("id") is None:
        raise TranslationError("a row has no id")
    return Item(str(row["id"]), row.get("title"), row.get("text"), row.get("language_tag"))
