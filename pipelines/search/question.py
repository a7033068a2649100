"""What a person asks for, taken apart: words with their other forms, phrases, beginnings of words, what must not stand there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.hanzi import fold_with_offsets, source_span
from pipelines.search.names import Names, atoms_of, names_for, placed_atoms
from pipelines.search.tokens import COMMON, EXACT, RUN, lower, spelled, stemmed

MOST_LETTERS = 400
"""Of a longer question only the beginning is read."""
MOST_WORDS = 24
MOST_FORMS = 12
WHOLE = 6
"""Characters up to which an unspaced piece must stand together as it is; of a longer one most of its pairs must stand."""
MOST = 0.75
"""Share that must be found of many words, and of the pairs of a long piece."""
FEW = 6
"""Words up to which every one must be found."""

_PART = re.compile(r'(?<!\S)(-?)(?:"([^"]*)"|“([^”]*)”)|(\S+)')
_FILLER = frozenset("的了和与及在是之将被把对为而或也就")


@dataclass(frozen=True, slots=True)
class Form:
    """One way to say a word, by tokens of the index."""

    text: str
    tokens: tuple[str, ...]
    together: bool
    """The tokens must also stand one after the other, which the index does not know."""
    needed: int
    """How many of the tokens must be found."""
    beginning: bool = False
    """``text`` is only how the wanted words begin."""
    ranged: bool = False
    """The one token stands for all that begin with it."""


@dataclass(frozen=True, slots=True)
class Word:
    """One thing asked for; any of its forms will do."""

    said: str
    """As the index has it."""
    forms: tuple[Form, ...]
    typed: str = ""
    """As the person wrote it: 無人計程車, which is ``said`` as 自动驾驶出租车."""

    @property
    def others(self) -> list[str]:
        """What else is looked for, each once; none where all that differs is the script, case or region of one form."""
        texts = list(dict.fromkeys(form.text for form in self.forms))
        return [text for text in texts if text != lower(self.typed)] if len(texts) > 1 else []

    @property
    def together(self) -> list[Form]:
        """Forms of several tokens that must stand together: only the text shows whether they do."""
        return [form for form in self.forms if form.together]

    @property
    def apart(self) -> list[Form]:
        """Forms that stand where their tokens are: the index knows."""
        return [form for form in self.forms if not form.together]


@dataclass(frozen=True, slots=True)
class Question:
    """A query that was read; ``notes`` are sentences on what was left out."""

    words: tuple[Word, ...]
    without: tuple[Word, ...]
    notes: tuple[str, ...]

    @property
    def needed(self) -> int:
        """How many of the words an article must hold."""
        n = len(self.words)
        return n if n <= FEW else -int(-n * MOST // 1)


def read(query: str, *, data_dir: Path | None = None) -> Question:
    """Take a query apart. Nothing in it is an error: what cannot be looked for is named in ``notes``.

    ``"quoted words"`` stay together and stand for nothing else; ``chip*`` is a beginning; ``-word`` must not stand
    there. Other words go by all their forms (輝達, 英伟达, NVIDIA), and names inside a longer piece (輝達晶片禁令) are
    words of their own.
    """
    notes: list[str] = []
    if len(query) > MOST_LETTERS:
        notes.append(f"only the first {MOST_LETTERS} characters are looked for")
        query = query[:MOST_LETTERS]
    names = names_for(data_dir)
    words: dict[str, Word] = {}
    without: dict[str, Word] = {}
    common: list[str] = []
    loose: list[str] = []

    def spoken() -> None:
        """The unquoted words so far: names of several words need their neighbours."""
        text = " ".join(loose)
        loose.clear()
        for word in _unquoted(text, names, common):
            words.setdefault(word.said, word)

    asked = unicodedata.normalize("NFC", query)
    plain, offsets = fold_with_offsets(asked)
    plain = lower(plain)
    for minus, straight, curly, bare in _PART.findall(plain):
        quoted = (straight or curly).strip()
        if bare.startswith("-") and len(bare) > 1 and atoms_of(bare):
            minus, bare = "-", bare[1:]
        if not minus and bare and not (bare.endswith("*") and atoms_of(bare)):
            loose.append(bare)
            continue
        spoken()
        if quoted or bare.endswith("*"):
            found = [one for one in [_phrase(quoted) if quoted else _beginning(bare)] if one]
        else:
            found = _unquoted(bare, names, common)
        for word in found:
            (without if minus else words).setdefault(word.said, word)
    spoken()
    if common and not words:
        notes.append(f"{', '.join(dict.fromkeys(common))}: too common to be looked for")
    elif without and not words:
        notes.append("only words that must not stand there: a word to look for beside them, please")
    elif not words:
        notes = ["no word to look for: letters or digits of any script, please"]
    if len(words) > MOST_WORDS:
        notes.append(f"only the first {MOST_WORDS} words are looked for")
    shown = tuple(
        replace(word, typed=_typed(word.said, plain, asked, offsets))
        for word in list(words.values())[:MOST_WORDS]
    )
    return Question(shown, tuple(without.values())[:MOST_WORDS], tuple(notes))


def _typed(said: str, plain: str, asked: str, offsets: Sequence[int]) -> str:
    """What of ``asked`` folds to ``said``; ``said`` itself where it was put together (in quotation marks, across spaces)."""
    at = plain.find(said)
    if at < 0:
        return said
    start, end = source_span(offsets, at, at + len(said))
    return asked[start:end]


def _unquoted(text: str, names: Names, common: list[str]) -> list[Word]:
    atoms = list(placed_atoms(text))
    found: list[Word] = []
    at = 0
    while at < len(atoms):
        atom, start, end = atoms[at]
        for size in range(min(names.longest, len(atoms) - at), 0, -1):
            key = tuple(one for one, _, _ in atoms[at : at + size])
            if key in names.forms:
                said = text[start : atoms[at + size - 1][2]]
                found.append(_named(said, names.forms[key]))
                at += size
                break
        else:
            if RUN.fullmatch(atom):
                found.extend(_of_run(atom, names))
            elif text[start:end] in COMMON:
                common.append(text[start:end])
            else:
                found.append(Word(text[start:end], (Form(text[start:end], (atom,), False, 1),)))
            at += 1
    return found


def _of_run(run: str, names: Names) -> list[Word]:
    """The names in an unspaced run, the longest at each place, and what stands between them."""
    found: list[Word] = []
    between = ""
    at = 0
    while at <= len(run):
        name = next(
            (
                run[at : at + n]
                for n in range(min(names.longest_run, len(run) - at), 1, -1)
                if run[at : at + n] in names.runs
            ),
            None,
        )
        if name is None and at < len(run):
            between += run[at]
            at += 1
            continue
        # particles hold words together and are looked for only where nothing else is
        left = between if between == run else between.strip("".join(_FILLER))
        if left:
            found.append(Word(left, (_run_form(left, together=len(left) <= WHOLE),)))
        between = ""
        if name is None:
            break
        found.append(_named(name, names.forms[(name,)]))
        at += len(name)
    return found


def _named(said: str, texts: tuple[str, ...]) -> Word:
    forms = {text: _form(text) for text in sorted(texts, key=lambda text: text != said)}
    whole = [form for form in forms.values() if form.tokens]
    return Word(said, tuple(whole[:MOST_FORMS]))


def _phrase(text: str) -> Word | None:
    form = _form(text)
    return Word(f"“{text}”", (form,)) if form.tokens else None


def _beginning(bare: str) -> Word | None:
    atoms = list(placed_atoms(bare))
    if not atoms:
        return None
    last, start, end = atoms[-1]
    if RUN.fullmatch(last):
        return Word(bare[:end], (_run_form(last, together=True),))
    begun = bare[start:end]
    token = spelled(begun)
    # the index holds stems: regulat* is how "regulators" begins, whose token is regul
    sizes = range(3, len(token)) if stemmed(token) else ()
    stems = [Form(begun, (token[:size],), True, 1, beginning=True) for size in sizes]
    whole = Form(begun, (token,), len(token.encode()) > EXACT, 1, beginning=True, ranged=True)
    return Word(bare[: end + 1], (whole, *stems))


def _form(text: str) -> Form:
    """A form that must stand as it is."""
    tokens: list[str] = []
    atoms = atoms_of(text)
    for atom in atoms:
        tokens.extend(_pairs(atom) if RUN.fullmatch(atom) else () if atom in COMMON else (atom,))
    different = tuple(dict.fromkeys(tokens))
    only_character = len(atoms) == 1 and len(atoms[0]) == 1 and bool(RUN.fullmatch(atoms[0]))
    together = len(tokens) > 1 or len(atoms) > 1
    return Form(text, different, together, len(different), ranged=only_character)


def _run_form(run: str, *, together: bool) -> Form:
    tokens = tuple(dict.fromkeys(_pairs(run)))
    needed = len(tokens) if together else -int(-len(tokens) * MOST // 1)
    return Form(run, tokens, together and len(tokens) > 1, needed, ranged=len(run) == 1)


def _pairs(run: str) -> list[str]:
    return [run] if len(run) == 1 else list(map(str.__add__, run, run[1:]))
