"""The room of translation: Chinese (and what else has a package) to English, sentence by sentence, offline.

In: title, text and language tag of an article. Out: :class:`pipelines.records.Translation` with each source sentence
beside its translation and its flags. The heavy parts (argostranslate, CTranslate2, OpenCC) load at first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pipelines.translation.errors import EngineError, ModelError, TranslationError

if TYPE_CHECKING:
    from pipelines.translation.argos import ArgosEngine
    from pipelines.translation.engine import Engine
    from pipelines.translation.glossary import Glossary, GlossaryError
    from pipelines.translation.index import download
    from pipelines.translation.memory import InMemory, Memory, Remembered
    from pipelines.translation.models import (
        Package,
        Verified,
        choose,
        install,
        installed,
        is_sample,
        sample_package,
        verify,
    )
    from pipelines.translation.remote import EndpointEngine, is_endpoint
    from pipelines.translation.stage import as_row, engines, filter_rows, glossary_for
    from pipelines.translation.texts import Counts, Item, translate_texts

VERSION = "translation-2"
ERRORS = (TranslationError,)
"""What a user can mend: the command line prints these as they are."""

_HOME = {
    "ArgosEngine": "argos",
    "Counts": "texts",
    "EndpointEngine": "remote",
    "Engine": "engine",
    "Glossary": "glossary",
    "GlossaryError": "glossary",
    "InMemory": "memory",
    "Item": "texts",
    "Memory": "memory",
    "Package": "models",
    "Remembered": "memory",
    "Verified": "models",
    "as_row": "stage",
    "choose": "models",
    "download": "index",
    "engines": "stage",
    "filter_rows": "stage",
    "glossary_for": "stage",
    "install": "models",
    "installed": "models",
    "is_endpoint": "remote",
    "is_sample": "models",
    "sample_package": "models",
    "translate_texts": "texts",
    "verify": "models",
}

__all__ = [
    "ERRORS",
    "VERSION",
    "ArgosEngine",
    "Counts",
    "EndpointEngine",
    "Engine",
    "EngineError",
    "Glossary",
    "GlossaryError",
    "InMemory",
    "Item",
    "Memory",
    "ModelError",
    "Package",
    "Remembered",
    "TranslationError",
    "Verified",
    "as_row",
    "choose",
    "download",
    "engines",
    "filter_rows",
    "glossary_for",
    "install",
    "installed",
    "is_endpoint",
    "is_sample",
    "sample_package",
    "translate_texts",
    "verify",
]


def __getattr__(name: str) -> Any:
    """Rooms of the room load when they are asked for (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
