"""What an engine is: something that turns sentences into sentences, and says who it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable


class Engine(Protocol):
    """Translates sentences of one language into English; its name and model go into every sentence that it wrote."""

    @property
    def engine(self) -> str:
        """Name of the engine, as ``argos``."""

    @property
    def model(self) -> str:
        """Package or model with version and, where there is one, hash."""

    @property
    def settings(self) -> str:
        """The settings that decide the output, part of the memory's key."""

    @property
    def source(self) -> str:
        """ISO 639-1 of the language that it reads."""

    def translate(self, sentences: Sequence[str]) -> list[str]:
        """One translation per sentence, in the order of the input."""


@runtime_checkable
class Retrying(Protocol):
    """An engine that can try a sentence again in another way."""

    def retranslate(self, sentences: Sequence[str]) -> list[str]:
        """Another translation of each, with settings that avoid loops and omissions."""


@runtime_checkable
class Refusing(Protocol):
    """An engine that may give no translation of a sentence and says why."""

    @property
    def refused(self) -> Mapping[str, str]:
        """Sentences of the last call to ``translate`` that it gave none of, each with the reason."""
