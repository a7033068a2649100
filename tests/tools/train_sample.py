"""Train a small real Argos package on the pairs of ``sample_pairs``: the sample package, or the tiny one of the tests.

usage: python -m tests.tools.train_sample {sample,tiny} OUT.argosmodel [--steps N] [--work DIR]

Needs requirements/train.in (torch, transformers) in an environment of its own; twenty minutes on two cores for the
sample package, two for the tiny one. What comes out is a zip that any Argos Translate installs.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.hanzi import to_simplified
from pipelines.translation.glossary import of_samples
from pipelines.translation.names import lock
from tests.tools.sample_pairs import Pair, generated, world

VERSION = "0.1"
SEED = 20261123
HELD_BACK_SEED = 7
_WORLD = 4
"""How often a sentence of the sample world stands among the training pairs."""


@dataclass(frozen=True)
class Size:
    """Dimensions and data of one package."""

    name: str
    vocabulary: int
    width: int
    inner: int
    heads: int
    encoder: int
    decoder: int
    grammar: int
    templates: int
    """How many templates of the grammar are used, from its beginning."""
    world: bool
    steps: int
    batch: int = 3000
    """Target tokens a step."""
    rate: float = 2e-3


SIZES = {
    "tiny": Size("translate-zh_en-tiny-sample", 900, 64, 192, 4, 2, 2, 3000, 24, False, 2000, 1200, 4e-3),
    "sample": Size("translate-zh_en-sample", 3500, 160, 640, 4, 3, 2, 2000, 1000, True, 2100, 1600, 2.5e-3),
}


def as_read(chinese: str) -> str:
    """A Chinese sentence as the room hands it to a model: simplified, names locked."""
    plain = to_simplified(chinese)
    return lock(plain, of_samples().find(plain))


def pairs(size: Size) -> list[Pair]:
    """Training pairs, as the room would hand them to a model."""
    found = [(as_read(zh), en) for zh, en in generated(size.grammar, SEED, size.templates)]
    if size.world:
        found += [(as_read(zh), en) for zh, en in world()] * _WORLD
    return found


def held_back(size: Size, count: int = 300) -> list[Pair]:
    """Pairs of the grammar that the package is not trained on."""
    known = {zh for zh, _ in generated(size.grammar, SEED, size.templates)}
    drawn = dict(generated(3 * count, HELD_BACK_SEED, size.templates))
    return [(zh, en) for zh, en in drawn.items() if zh not in known][:count]


def train(size: Size, out: Path, work: Path, steps: int) -> None:
    """Train, convert to int8, pack."""
    import sentencepiece
    import torch
    from transformers import MarianConfig, MarianMTModel

    work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)  # two cores that others use too: a second thread waits more than it works
    data = pairs(size)
    corpus = work / "corpus.txt"
    corpus.write_text("".join(f"{side}\n" for pair in data for side in pair), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(corpus), model_prefix=str(work / "sp"), vocab_size=size.vocabulary, character_coverage=1.0,
        model_type="unigram", byte_fallback=size.world, hard_vocab_limit=False, pad_id=-1, unk_id=0, bos_id=1, eos_id=2,
        num_threads=1, minloglevel=1,
    )  # fmt: skip
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(work / "sp.model"))
    pad = (
        pieces.get_piece_size()
    )  # last, as CTranslate2's converter wants it; it starts the decoder as a zero vector
    config = MarianConfig(
        vocab_size=pad + 1, d_model=size.width, encoder_layers=size.encoder, decoder_layers=size.decoder,
        encoder_attention_heads=size.heads, decoder_attention_heads=size.heads, encoder_ffn_dim=size.inner,
        decoder_ffn_dim=size.inner, pad_token_id=pad, eos_token_id=2, bos_token_id=1, decoder_start_token_id=pad,
        forced_eos_token_id=2, max_position_embeddings=512, activation_function="relu", scale_embedding=True,
        dropout=0.1, attention_dropout=0.0, activation_dropout=0.0, tie_word_embeddings=True,
    )  # fmt: skip
    model = MarianMTModel(config)
    _say(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} million parameters, {len(data)} pairs")
    encoded = [([*pieces.encode(zh), 2], [*pieces.encode(en), 2]) for zh, en in data]
    _optimise(model, encoded, size, steps, pad)
    convert(model, pieces, size, work / "sp.model", out)


def _optimise(
    model: Any, encoded: list[tuple[list[int], list[int]]], size: Size, steps: int, pad: int
) -> None:
    import torch

    decay = torch.optim.AdamW(model.parameters(), lr=size.rate, betas=(0.9, 0.98), weight_decay=0.01)
    warm = min(400, steps // 5)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        decay, lambda step: min((step + 1) / warm, max(0.02, 1 - (step - warm) / max(1, steps - warm)))
    )
    model.train()
    began = time.monotonic()
    total = 0.0
    for step, (source, target) in zip(range(1, steps + 1), _batches(encoded, size.batch), strict=False):
        source_ids, mask = _padded(source, pad)
        labels, keep = _padded(target, pad)
        before = torch.cat([torch.full((len(labels), 1), pad), labels[:, :-1]], dim=1)
        scores = model(input_ids=source_ids, attention_mask=mask, decoder_input_ids=before).logits[..., :pad]
        wanted = labels.masked_fill(keep == 0, -100)
        loss = torch.nn.functional.cross_entropy(scores.flatten(0, 1), wanted.flatten(), label_smoothing=0.02)
        decay.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        decay.step()
        schedule.step()
        total += loss.item()
        if step % 20 == 0:
            _say(f"step {step} loss {total / 20:.3f} {time.monotonic() - began:.0f}s")
            total = 0.0
    model.eval()


def _batches(
    encoded: list[tuple[list[int], list[int]]], tokens: int
) -> Iterator[tuple[list[Any], list[Any]]]:
    draw = random.Random(SEED)
    while True:
        order = sorted(range(len(encoded)), key=lambda n: len(encoded[n][1]) + draw.random() * 6)
        groups: list[list[int]] = [[]]
        for n in order:
            if groups[-1] and max(len(encoded[n][1]), len(encoded[n][0])) * (len(groups[-1]) + 1) > tokens:
                groups.append([])
            groups[-1].append(n)
        draw.shuffle(groups)
        for group in groups:
            yield [encoded[n][0] for n in group], [encoded[n][1] for n in group]


def _padded(rows: list[list[int]], pad: int) -> tuple[Any, Any]:
    import torch

    longest = max(map(len, rows))
    ids = torch.tensor([row + [pad] * (longest - len(row)) for row in rows])
    return ids, (ids != pad).long()


def convert(model: Any, pieces: Any, size: Size, sentencepiece_model: Path, out: Path) -> None:
    """CTranslate2 in int8, and the zip that Argos Translate reads; same weights, same bytes."""
    from ctranslate2.converters.transformers import MarianMTLoader

    vocabulary = [pieces.id_to_piece(n) for n in range(pieces.get_piece_size())]
    loader = MarianMTLoader()
    spec = loader.get_model_spec(model)
    loader.set_config(spec.config, model, _Tokens())
    spec.register_source_vocabulary(vocabulary)
    spec.register_target_vocabulary(vocabulary)
    spec.config.add_source_eos = True
    spec.validate()
    spec.optimize(quantization="int8")
    folder = sentencepiece_model.parent / "model"
    folder.mkdir(exist_ok=True)
    spec.save(str(folder))
    metadata = {
        "package_version": VERSION, "argos_version": "1.9", "from_code": "zh", "from_name": "Chinese",
        "to_code": "en", "to_name": "English", "links": [],
    }  # fmt: skip
    readme = (
        f"# {size.name}\n\nA sample. It was trained for wiredesk on a bilingual grammar"
        + (" and the sentences of wiredesk's sample world" if size.world else "")
        + " and knows little beyond them. Real news needs the real package.\n"
    )
    root = f"{size.name}-{VERSION.replace('.', '_')}"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        entries: dict[str, bytes] = {
            "metadata.json": json.dumps(metadata, indent=1).encode(),
            "README.md": readme.encode(),
            "sentencepiece.model": sentencepiece_model.read_bytes(),
        }
        entries |= {f"model/{path.name}": path.read_bytes() for path in sorted(folder.iterdir())}
        for name, content in sorted(entries.items()):
            archive.writestr(
                zipfile.ZipInfo(f"{root}/{name}", (2026, 11, 23, 0, 0, 0)), content, zipfile.ZIP_DEFLATED, 9
            )
    _say(f"{out}: {out.stat().st_size / 1e6:.2f} MB")


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


class _Tokens:
    """The names of the special pieces, as the converter asks for them."""

    bos_token, eos_token, unk_token, pad_token = "<s>", "</s>", "<unk>", "<pad>"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("size", choices=sorted(SIZES))
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--work", type=Path, default=Path("data/training"))
    options = parser.parse_args(arguments)
    size = SIZES[options.size]
    train(size, options.out, options.work / size.name, options.steps or size.steps)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
