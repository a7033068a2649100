"""Engines that misbehave in named ways, for what no real model can be made to do on demand."""

from __future__ import annotations

from collections.abc import Callable, Sequence


class Scripted:
    """An engine whose translation is a function of the sentence that it is given; it keeps what it was asked."""

    engine = "scripted"
    model = "scripted 1"
    settings = ""
    source = "zh"

    def __init__(self, answer: Callable[[str], str], again: Callable[[str], str] | None = None) -> None:
        self.answer = answer
        self.again = again or answer
        self.asked: list[str] = []
        self.retried: list[str] = []

    def translate(self, sentences: Sequence[str]) -> list[str]:
        self.asked += sentences
        return [self.answer(sentence) for sentence in sentences]

    def retranslate(self, sentences: Sequence[str]) -> list[str]:
        self.retried += sentences
        return [self.again(sentence) for sentence in sentences]
