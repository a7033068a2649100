"""Sentences of Chinese and English text, with their offsets: the one splitter that every room shares.

A library, not a stage: pure, no state, no model, nothing to download.
"""

from pipelines.sentences.splitter import LIMIT, Span, join, sentences, split, weight

__all__ = ["LIMIT", "VERSION", "Span", "join", "sentences", "split", "weight"]

VERSION = "sentences-2"
