"""What can go wrong with models and engines, each as one sentence that says what to do."""

from __future__ import annotations


class TranslationError(Exception):
    """Something a user can mend; its text is the sentence to print."""


class ModelError(TranslationError):
    """A translation package that is absent, damaged, for another direction, or cannot be had."""


class EngineError(TranslationError):
    """An engine that refused, timed out or answered what cannot be used."""
