"""Argos Translate as an engine: its packages, its tokenizers and its CTranslate2 models, fed in large batches.

argostranslate hands CTranslate2 one paragraph at a time; a batch of five sentences leaves most of the machine idle.
Here sentences of all articles are sorted by length, batched by tokens and decoded by one resident model, several
batches at once. Decoding settings that Argos fixes (length penalty, replacing unknowns) stay as they are there.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipelines.sentences import sentences as split_sentences
from pipelines.sentences import weight
from pipelines.translation import models
from pipelines.translation.errors import EngineError, ModelError

BATCH_TOKENS = 1024
"""Tokens in one decoder batch, padding included (chosen by `make bench`)."""
BEAM = 2
RETRY_BEAM = 4
MOST_TOKENS = 192
"""SentencePiece tokens that the model is given at once: such models are trained on sentences up to about 200."""
_LENGTH_PENALTY = 0.2  # as in argostranslate.translate.apply_packaged_translation
_MOST_IN_FLIGHT = 64
_lock = threading.Lock()


class Sentencizer:
    """Our splitter in the place of Argos' own, which would download a model at its first use."""

    def split_sentences(self, text: str) -> list[str]:
        """Sentences of ``text``, as argostranslate asks for them."""
        return [text[start:end] for start, end in split_sentences(text)]


class ArgosEngine:
    """Translate with one installed package.

    Args:
        data_dir: the data folder with the package.
        from_code: ISO 639-1 of the source; the target is English.
        package: name, model string or hash of the package (see :func:`models.choose`).
        sample: allow a sample package where no other is installed.
        beam: beam size of the first attempt.
        threads: batches decoded at once, one core each; the machine's cores by default.

    Raises:
        ModelError: no such package, or it is not what was installed.
    """

    engine = "argos"

    def __init__(
        self,
        data_dir: Path,
        *,
        from_code: str = "zh",
        package: str | None = None,
        sample: bool = False,
        beam: int = BEAM,
        threads: int | None = None,
        batch_tokens: int = BATCH_TOKENS,
    ) -> None:
        self.package = models.choose(data_dir, from_code, "en", name=package, sample=sample)
        self.beam = beam
        self.batch_tokens = batch_tokens
        found = list(models.problems(data_dir, self.package))
        if found:
            raise ModelError(
                f"the package {self.package.name} is damaged ({'; '.join(found)}): install it again"
            )
        folder = models.packages_dir(data_dir) / self.package.folder
        self._translation = _open(data_dir, folder, threads or os.cpu_count() or 1)
        self._tokenizer = self._translation.pkg.tokenizer
        self._prefix: str = self._translation.pkg.target_prefix

    @property
    def model(self) -> str:
        """Package name, version and hash."""
        return self.package.model

    @property
    def source(self) -> str:
        """ISO 639-1 of the language that it translates from."""
        return self.package.from_code

    @property
    def sample(self) -> bool:
        """Whether the package knows little beyond the samples."""
        return self.package.sample

    @property
    def settings(self) -> str:
        """The decoding settings that decide the output, part of the memory's key."""
        return f"beam{self.beam}"

    def translate(self, sentences: Sequence[str]) -> list[str]:
        """One translation per sentence, in the order of the input; the empty sentence gives the empty one."""
        return self._decode(sentences, beam_size=self.beam)

    def retranslate(self, sentences: Sequence[str]) -> list[str]:
        """Another attempt for sentences whose translation looks wrong: a wide beam that may not repeat itself."""
        return self._decode(sentences, beam_size=RETRY_BEAM, no_repeat_ngram_size=3, repetition_penalty=1.2)

    def _decode(self, sentences: Sequence[str], **options: Any) -> list[str]:
        pieces = [self._pieces(sentence) for sentence in sentences]
        done = iter(self._decode_pieces([piece for some in pieces for piece in some], options))
        return [" ".join(filter(None, [next(done) for _ in some])) for some in pieces]

    def _pieces(self, sentence: str) -> list[list[str]]:
        """The sentence in tokens; one that has too many is cut at its marks, so that nothing is left untranslated."""
        tokens: list[str] = self._tokenizer.encode(sentence)
        if len(tokens) <= MOST_TOKENS:
            return [tokens] if tokens else []
        limit = weight(sentence) * 0.8 * MOST_TOKENS / len(tokens)
        spans = split_sentences(sentence, limit) if limit >= 8 else []
        if len(spans) < 2:  # no text, but signs that SentencePiece spells out
            return [tokens[at : at + MOST_TOKENS] for at in range(0, len(tokens), MOST_TOKENS)]
        return [piece for start, end in spans for piece in self._pieces(sentence[start:end])]

    def _decode_pieces(self, tokens: list[list[str]], options: dict[str, Any]) -> list[str]:
        order = sorted(range(len(tokens)), key=lambda n: (-len(tokens[n]), n))
        result = [""] * len(tokens)
        waiting: list[tuple[list[int], Any]] = []
        for batch in self._batches(order, tokens):
            if len(waiting) >= _MOST_IN_FLIGHT:
                self._collect(*waiting.pop(0), result)
            waiting.append((batch, self._submit(batch, tokens, options)))
        for batch, futures in waiting:
            self._collect(batch, futures, result)
        return result

    def _batches(self, order: list[int], tokens: list[list[str]]) -> Iterator[list[int]]:
        batch: list[int] = []
        for n in order:
            if batch and len(tokens[batch[0]]) * (len(batch) + 1) > self.batch_tokens:
                yield batch
                batch = []
            batch.append(n)
        if batch:
            yield batch

    def _submit(self, batch: list[int], tokens: list[list[str]], options: dict[str, Any]) -> Any:
        longest = len(tokens[batch[0]])
        return self._translation.translator.translate_batch(
            [tokens[n] for n in batch],
            target_prefix=[[self._prefix]] * len(batch) if self._prefix else None,
            replace_unknowns=True,
            length_penalty=_LENGTH_PENALTY,
            max_input_length=0,
            max_decoding_length=3 * longest + 30,
            asynchronous=True,
            **options,
        )

    def _collect(self, batch: list[int], futures: Any, result: list[str]) -> None:
        for n, future in zip(batch, futures, strict=True):
            try:
                found = future.result().hypotheses[0]
            except RuntimeError as error:
                raise EngineError(
                    f"the package {self.package.name} failed while translating ({error})"
                ) from error
            text: str = self._tokenizer.decode(found)
            if self._prefix:
                text = text.removeprefix(self._prefix)
            result[n] = text.strip()


def argostranslate_modules(data_dir: Path) -> tuple[Any, Any, Any]:
    """argostranslate's ``package``, ``translate`` and ``settings``, imported so that nothing leaves the data folder.

    Its settings are read when it is first imported, and the import makes folders: the variables point into the data
    folder for that moment. Its package folder is set again at every call, since one process may serve several folders.
    """
    root = models.home(data_dir)
    with _lock, _environment(root):
        from argostranslate import package, settings, translate
    settings.package_data_dir = models.packages_dir(data_dir)
    settings.package_dirs = [settings.package_data_dir]
    return package, translate, settings


@contextmanager
def _environment(root: Path) -> Iterator[None]:
    wanted = {
        "ARGOS_PACKAGES_DIR": str(root / "packages"),
        "XDG_DATA_HOME": str(root / "state"),
        "XDG_CONFIG_HOME": str(root / "state"),
        "XDG_CACHE_HOME": str(root / "state"),
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.setdefault(
        "ORT_DISABLE_TELEMETRY", "1"
    )  # onnxruntime, imported by minisbd, calls home otherwise
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _open(data_dir: Path, folder: Path, threads: int) -> Any:
    """argostranslate's own translation object over the package, with our splitter and one resident model."""
    package, translate, _ = argostranslate_modules(data_dir)
    import ctranslate2

    pkg = package.Package(folder)
    languages = [translate.Language(code, code) for code in (pkg.from_code, pkg.to_code)]
    translation = translate.PackageTranslation(*languages, pkg)
    translation.sentencizer = Sentencizer()
    try:
        translation.translator = ctranslate2.Translator(
            str(folder / "model"), device="cpu", inter_threads=threads, intra_threads=1, max_queued_batches=-1
        )
    except (RuntimeError, ValueError) as error:
        raise ModelError(f"CTranslate2 cannot load {folder} ({error}): install the package again") from error
    return translation
