"""One form for Chinese of every script and region: the folding that reading machines share.

``fold`` is for matching (``written`` is its way back), ``to_simplified`` for translation. The regional words stand in ``words.tsv``.
"""

from pipelines.hanzi.folding import (
    NORMALISATION_VERSION,
    fold,
    fold_with_offsets,
    source_span,
    to_simplified,
)
from pipelines.hanzi.regions import word_regions
from pipelines.hanzi.scripts import character_table, is_han
from pipelines.hanzi.telling import script_of, telling_characters, written_simplified
from pipelines.hanzi.unfolding import fold_around, written
from pipelines.hanzi.words import pattern as longest_match

__all__ = [
    "NORMALISATION_VERSION",
    "character_table",
    "fold",
    "fold_around",
    "fold_with_offsets",
    "is_han",
    "longest_match",
    "script_of",
    "source_span",
    "telling_characters",
    "to_simplified",
    "word_regions",
    "written",
    "written_simplified",
]
