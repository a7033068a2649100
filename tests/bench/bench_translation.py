"""Throughput of translation against argostranslate's own, on a model of the real package's size.

The real zh→en package cannot be fetched here, so a CTranslate2 model of its size (6+6 layers, 512 wide, 32,000 words, int8)
is made of random numbers. Such a model never ends a sentence, so the decoded length is fixed for both sides: every sentence
becomes ``LENGTH`` tokens. Both sides get the same articles, cut by the same splitter.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Callable
from functools import partial
from importlib import resources
from pathlib import Path
from statistics import median
from typing import Any

import ctranslate2
import numpy as np

from pipelines.hanzi import to_simplified
from pipelines.sentences import sentences as split
from pipelines.translation import ArgosEngine, Item, install, installed, translate_texts
from pipelines.translation.argos import BATCH_TOKENS, BEAM, Sentencizer, argostranslate_modules
from pipelines.translation.models import packages_dir
from tests.translation.conftest import TINY

LAYERS, WIDTH, INNER, HEADS, WORDS = 6, 512, 2048, 8, 32_000
LENGTH = 30
ARTICLES = 12
ROUNDS = 3


class Fixed:
    """A translator whose every output has ``LENGTH`` tokens; all else is passed on."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def translate_batch(self, tokens: list[list[str]], **options: Any) -> Any:
        return self.inner.translate_batch(
            tokens, **(options | {"min_decoding_length": LENGTH, "max_decoding_length": LENGTH})
        )


def report() -> str:
    """Markdown of the section."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        install(random_package(data / "translate-zh_en-random.argosmodel"), data)
        articles = sample_articles()
        texts = [to_simplified(text) for text in articles]
        found = [text[start:end] for text in texts for start, end in split(text)]
        sides: dict[str, Callable[[], object]] = {
            "argostranslate, article by article, beam 4": _argos(data, texts),
            "wiredesk, beam 4": _ours(data, articles, 4, BATCH_TOKENS),
            f"wiredesk, beam {BEAM} (as shipped)": _ours(data, articles, BEAM, BATCH_TOKENS),
        }
        took: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(ROUNDS):
            for name, side in sides.items():
                took[name].append(_timed(side))
        settings = _settings(data, found)
        share = _peak(data, found, took)
    base = median(took[next(iter(took))])
    lines = [
        "## translation",
        "",
        (
            f"{len(articles)} articles of the samples, {len(found)} sentences, every sentence decoded to {LENGTH} tokens; random int8 model of "
            f"the real package's size ({LAYERS}+{LAYERS} layers, {WIDTH}, {WORDS:,} words); {os.cpu_count()} cores, load average {load:.1f} before the run (another process on a core slows argostranslate's two threads more than our separate ones); medians of {ROUNDS} interleaved runs."
        ),
        "",
        "| | sentences/s | tokens/s | times argostranslate |",
        "|---|---|---|---|",
    ]
    for name, seconds in took.items():
        rate = len(found) / median(seconds)
        lines.append(f"| {name} | {rate:.1f} | {rate * LENGTH:.0f} | {base / median(seconds):.2f} |")
    lines += [
        "",
        "Settings tried (the engine alone, sentences/s):",
        "",
        "| batches at once × threads each | tokens in a batch | beam 1 | beam 2 | beam 4 |",
        "|---|---|---|---|---|",
        *settings,
        "",
        share,
        "",
        _line(len(found) / median(took[list(took)[-1]])),
        "",
        "Command: `make bench ROOM=translation`",
    ]
    return "\n".join(lines)


def sample_articles() -> list[str]:
    """Title and paragraphs of the first Chinese sample articles, one string each."""
    found = []
    for path in sorted(Path(str(resources.files("pipelines.samples"))).glob("articles/*.toml")):
        for article in tomllib.loads(path.read_text(encoding="utf-8"))["article"]:
            if not article["outlet"].endswith("-en"):
                found.append("\n".join([article["title"], *article["paragraphs"]]))
    return found[:: max(1, len(found) // ARTICLES)][:ARTICLES]


def random_package(path: Path) -> Path:
    """A real Argos package of the real one's size that knows nothing, with the tiny package's SentencePiece model."""
    import sentencepiece

    with zipfile.ZipFile(TINY) as archive:
        name = next(entry for entry in archive.namelist() if entry.endswith("sentencepiece.model"))
        tokenizer = archive.read(name)
    pieces = sentencepiece.SentencePieceProcessor(model_proto=tokenizer)
    words = [pieces.id_to_piece(n) for n in range(pieces.get_piece_size())]
    words += [f"<{n}>" for n in range(WORDS - len(words))]
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path, "w") as out:
        random_model(Path(folder), LAYERS, WIDTH, INNER, words)
        metadata = {
            "package_version": "0",
            "argos_version": "1.9",
            "from_code": "zh",
            "from_name": "Chinese",
            "to_code": "en",
            "to_name": "English",
        }
        out.writestr("translate-zh_en-random/metadata.json", json.dumps(metadata))
        out.writestr("translate-zh_en-random/sentencepiece.model", tokenizer)
        for file in sorted(Path(folder).iterdir()):
            out.write(file, f"translate-zh_en-random/model/{file.name}")
    return path


def random_model(folder: Path, layers: int, width: int, inner: int, words: list[str]) -> None:
    """A CTranslate2 model of random int8 weights."""
    draw = np.random.default_rng(5)
    spec = ctranslate2.specs.TransformerSpec.from_config(layers, HEADS)
    shapes = _shapes(width, inner, len(words))
    for name, value in spec.variables().items():
        if value is not None:
            continue
        parent = spec
        for part in name.split("/")[:-1]:
            parent = _child(parent, part)
        dotted = name.replace("/", ".")
        if dotted.endswith("layer_norm.gamma"):
            filled = np.ones(width, dtype=np.float32)
        elif dotted.endswith("layer_norm.beta"):
            filled = np.zeros(width, dtype=np.float32)
        else:
            shape = next(shape for end, shape in shapes if dotted.endswith(end))
            filled = draw.normal(0, 0.02, shape).astype(np.float32)
        setattr(parent, dotted.rsplit(".", 1)[-1], filled)
    spec.register_source_vocabulary(words)
    spec.register_target_vocabulary(words)
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))


def _child(parent: Any, part: str) -> Any:
    name, _, number = part.rpartition("_")
    if number.isdigit() and isinstance(getattr(parent, name, None), list):
        return getattr(parent, name)[int(number)]
    return getattr(parent, part)


def _shapes(width: int, inner: int, words: int) -> list[tuple[str, tuple[int, ...]]]:
    attention: list[tuple[str, tuple[int, ...]]] = [
        ("self_attention.linear_0.weight", (3 * width, width)),
        ("self_attention.linear_0.bias", (3 * width,)),
        ("attention.linear_0.weight", (width, width)),
        ("attention.linear_0.bias", (width,)),
        ("self_attention.linear_1.weight", (width, width)),
        ("self_attention.linear_1.bias", (width,)),
        ("attention.linear_1.weight", (2 * width, width)),
        ("attention.linear_1.bias", (2 * width,)),
        ("attention.linear_2.weight", (width, width)),
        ("attention.linear_2.bias", (width,)),
    ]
    return [
        *attention,
        ("ffn.linear_0.weight", (inner, width)),
        ("ffn.linear_0.bias", (inner,)),
        ("ffn.linear_1.weight", (width, inner)),
        ("ffn.linear_1.bias", (width,)),
        ("embeddings_0.weight", (words, width)),
        ("embeddings.weight", (words, width)),
        ("projection.weight", (words, width)),
        ("projection.bias", (words,)),
    ]


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _argos(data: Path, texts: list[str]) -> Callable[[], object]:
    """argostranslate as it comes: its own settings, one call an article; only its splitter is ours, or it would download one."""
    package, translate, _ = argostranslate_modules(data)
    pkg = package.Package(packages_dir(data) / installed(data)[0].folder)
    translation = translate.PackageTranslation(
        translate.Language("zh", "zh"), translate.Language("en", "en"), pkg
    )
    translation.sentencizer = Sentencizer()
    # what argostranslate would make itself at the first call: ARGOS_INTER_THREADS=1, ARGOS_INTRA_THREADS=0
    translation.translator = Fixed(
        ctranslate2.Translator(str(pkg.package_path / "model"), inter_threads=1, intra_threads=0)
    )
    return lambda: [translation.translate(text) for text in texts]


def _ours(data: Path, articles: list[str], beam: int, tokens: int) -> Callable[[], object]:
    """The whole room: splitting, simplifying, memory, flags. No glossary and no second attempts: nonsense loses every name."""
    resident = ArgosEngine(data, beam=beam, batch_tokens=tokens)
    resident._translation.translator = Fixed(resident._translation.translator)

    class Once:
        """The engine without :meth:`retranslate`."""

        engine = "argos"
        model = "random"
        settings = ""
        source = "zh"
        translate = staticmethod(resident.translate)

    items = [Item(str(n), None, text, "zh") for n, text in enumerate(articles)]
    return lambda: list(translate_texts(items, Once()))


def _settings(data: Path, found: list[str]) -> list[str]:
    lines = []
    cores = os.cpu_count() or 1
    for inter, intra in ((1, cores), (cores, 1)):
        for tokens in (256, 1024, 4096):
            cells = []
            for beam in (1, 2, 4):
                engine = ArgosEngine(data, beam=beam, batch_tokens=tokens, threads=1)
                model = str(packages_dir(data) / installed(data)[0].folder / "model")
                engine._translation.translator = Fixed(
                    ctranslate2.Translator(model, inter_threads=inter, intra_threads=intra)
                )
                cells.append(f"{len(found) / _timed(partial(engine.translate, found)):.1f}")
            lines.append(f"| {inter} × {intra} | {tokens} | {' | '.join(cells)} |")
    return lines


def _peak(data: Path, found: list[str], took: dict[str, list[float]]) -> str:
    """Rates of multiply-adds: int8 at its best, the same model scoring given targets, and decoding."""
    engine = ArgosEngine(data)
    tokens = [engine._tokenizer.encode(sentence)[:LENGTH] for sentence in found]
    full = [(row * LENGTH)[:LENGTH] for row in tokens]
    encoder = LAYERS * (4 * WIDTH * WIDTH + 2 * WIDTH * INNER)
    decoder = LAYERS * (6 * WIDTH * WIDTH + 2 * WIDTH * INNER) + WIDTH * WORDS
    cross = LAYERS * 2 * WIDTH * WIDTH
    scored = (
        len(found) * LENGTH * (encoder + cross + decoder) / _scoring(engine._translation.translator, full)
    )
    with tempfile.TemporaryDirectory() as folder:
        width, inner = 1024, 16_384  # two large products and little else
        words = ["<s>", "</s>", "<unk>", *(f"<{n}>" for n in range(61))]
        random_model(Path(folder), 1, width, inner, words)
        cores = os.cpu_count() or 1
        large = ctranslate2.Translator(folder, inter_threads=cores, intra_threads=1)
        rows = [[words[3 + (n + k) % 60] for k in range(64)] for n in range(64)]
        each = 2 * (4 * width * width + 2 * width * inner) + 4 * width * width + width * len(words)
        best = len(rows) * 64 * each / _scoring(large, rows)
    name = list(took)[-1]
    decoded = len(found) * LENGTH * (encoder + cross + BEAM * decoder) / median(took[name])
    return (
        f"What limits it: int8 multiplication at its best (a layer with two products of {width} × {inner:,}) runs at {best / 1e9:.0f} G "
        f"multiply-adds/s on this machine; the real package's size, scoring given targets without going step by step, at {scored / 1e9:.0f} "
        f"({scored / best:.0%} of the peak); the whole room, decoding at beam {BEAM}, at {decoded / 1e9:.0f} (**{decoded / best:.0%}**). The rest is "
        f"the step-by-step decoder: small matrices, the {WORDS:,}-word projection and the beam's book-keeping at every token; and comparing the "
        "meaning of source and translation."
    )


def _scoring(translator: Any, rows: list[list[str]]) -> float:
    """Seconds for scoring rows against themselves, the best of three."""
    return min(
        _timed(lambda: translator.score_batch(rows, rows, max_batch_size=2048, batch_type="tokens"))
        for _ in range(3)
    )


def _line(rate: float) -> str:
    """How long the line's translation of 10,000 articles would take at a rate of sentences a second."""
    lines = [
        (
            f"**10,000 articles**, extrapolated from {rate:.1f} sentences/s of {LENGTH} tokens (not run): every title is translated, and the body of "
            "what is relevant, taken as 20 sentences."
        ),
        "",
        "| of them relevant | sentences | hours |",
        "|---|---|---|",
    ]
    for share in (0.02, 0.1, 1.0):
        count = round(10_000 * (1 + 20 * share))
        lines.append(f"| {share:.0%} | {count:,} | {count / rate / 3600:.1f} |")
    return "\n".join(lines)
