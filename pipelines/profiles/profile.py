"""Reading and checking a profile folder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipelines import hanzi
from pipelines.profiles import gazetteer
from pipelines.profiles.checking import (
    COUNT,
    FILES,
    FLAG,
    NAME,
    NAMED,
    NUMBERS,
    SHARE,
    TABLE,
    TABLES_OF_NUMBERS,
    TABLES_OF_SHARES,
    TEXT,
    TEXTS,
    ProfileError,
    checked,
    groups,
    one_of,
    only,
    toml,
)
from pipelines.profiles.folding import fold, lower
from pipelines.profiles.gazetteer import COMMON, Organisation, phrases
from pipelines.profiles.lexicon import Cue, Lexicon, PhraseError
from pipelines.records import Class

HERE = Path(__file__).parent
CLASSES: tuple[Class, ...] = ("incident", "hazard", "complementary", "unrelated")
CUE, HINT = 0.55, 0.3
"""How strongly a sentence with a cue phrase speaks for a value of an axis, and one with a word that hints at it."""
STANCES = ("actual", "plausible", "open")
REASONS = ("bias", "actual", "near_miss", "plausible")
"""What adds to the score of each class beside the kinds of news."""
THRESHOLDS = ("relevance", "mention", "class", "axis")
ROLES = ("developer", "deployer", "harmed", "regulator", "source")
MODALITY = ("plausible", "actual", "negation", "not_negation", "shadow", "near_miss", "furniture")


@dataclass(frozen=True, slots=True)
class Harm:
    """A kind of harm: what its phrases say about limb, severity, stance and the axes."""

    name: str
    about: str
    limb: str
    """Key of one of the profile's limbs, or empty where the words name no harm of their own."""
    stance: str
    strength: float
    serious: bool
    values: Mapping[tuple[str, str], float]
    """Strength of the reason that the harm gives for a value, by (axis, value)."""
    disastrous: bool = False
    """It says that a community no longer functions: with a serious harm beside it, the event is a disaster."""
    context: bool = False
    """It lends weight to another harm (a lawsuit over it) and tells the limb only where no other does."""
    accident: bool = False
    """A mishap that harms nobody by itself: where the text denies that anyone was hurt, it is a near miss."""


@dataclass(frozen=True, slots=True)
class News:
    """A kind of news: what a hit adds to the score of each class."""

    name: str
    about: str
    guard: bool
    place: str | None
    """``title`` where the words tell the kind of news only in a headline."""
    weights: Mapping[str, float]
    over: tuple[str, ...] = ()
    """Kinds of news that do not count beside it at the same place or a better one: who launches a law launches no product."""
    harmless: float = 1.0
    """What it counts in a text that names no harm: a bug mended is a response only where something had happened."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a controlled vocabulary."""

    name: str
    definition: str


@dataclass(frozen=True, slots=True)
class Axis:
    """One controlled vocabulary, its values in the order of the file."""

    key: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A profile as the stages use it; equal folders have equal ``version``."""

    name: str
    title: str
    noun: str
    """What stands before the class in a sentence: ``AI`` incident."""
    subject: str
    subject_plural: str
    version: str
    """``<name>-<first twelve hex digits of the SHA-256 over the folder's files>``, the folding's version included."""
    thresholds: Mapping[str, float]
    limbs: Mapping[str, str]
    harms: Mapping[str, Harm]
    news: Mapping[str, News]
    axes: tuple[Axis, ...]
    organisations: Mapping[str, Organisation]
    reach: Mapping[str, int]
    """How many characters a negation reaches, by ``han`` and ``latin``."""
    classes: Mapping[str, Mapping[str, float]]
    """What an event, and nothing at all (``bias``), adds to the score of each class."""
    weights: Mapping[str, Mapping[str, float]]
    """Trained differences to the class weights, by reason and class; empty without a ``weights.toml``."""
    homonyms: Mapping[str, re.Pattern[str]]
    """What tells, anywhere in the text, that a word of the subject lexicon means something else there."""
    deeds: frozenset[str]
    """Names of the subject cues that tell what the subject did: they count wherever in the text they stand."""
    beside: Mapping[str, str]
    """Subject cues that count only where a phrase of another stands in the same sentence: that other cue's name."""
    imagined: frozenset[str]
    """Names of the subject cues by which a headline says that the subject is imagined."""
    subject_lexicon: Lexicon
    """Only what makes a text concern the subject: the first pass."""
    lexicon: Lexicon
    """Every phrase of the profile."""


def available() -> tuple[str, ...]:
    """Names of the profiles that ship."""
    return tuple(sorted(path.parent.name for path in HERE.glob("*/profile.toml")))


def load(name_or_path: str | Path) -> Profile:
    """Load a shipped profile by name, or any folder by path.

    :raises ProfileError: when there is none or it is faulty; the message names the file and the fault.
    """
    folder = HERE / name_or_path if str(name_or_path) in available() else Path(name_or_path)
    if not (folder / "profile.toml").is_file():
        raise ProfileError(
            f"no profile {str(name_or_path)!r}: give one of {', '.join(available())}, or a folder with a profile.toml"
        )
    return _load(folder.resolve())


_HEAD = {
    **dict.fromkeys(("name", "title", "noun", "subject", "subject_plural"), NAME),
    "thresholds": TABLE,
    "limbs": NAMED,
    "axes": TABLE,
    "classes": TABLES_OF_NUMBERS,
}


@cache
def _load(folder: Path) -> Profile:
    path = folder / "profile.toml"
    head = toml(path)
    for key in _HEAD:
        if key not in head:
            raise ProfileError(f"{path}: {key!r} is missing")
    checked(f"{path}:", head, _HEAD, {"homonyms": NAMED, "licence": TEXT, "source": TEXT, "about": TEXT})
    checked(f"{path}: [axes]", head["axes"], {"order": FILES}, {})
    share = dict.fromkeys((*THRESHOLDS, *head["axes"]["order"]), SHARE)
    checked(f"{path}: [thresholds]", head["thresholds"], dict.fromkeys(THRESHOLDS, SHARE), share)
    only(f"{path}: [classes] has", head["classes"], REASONS)
    for name, weights in head["classes"].items():
        only(f"{path}: [classes] {name} weighs", weights, CLASSES)
    for word, telling in head.get("homonyms", {}).items():
        if not phrases(telling):
            raise ProfileError(f"{path}: [homonyms] has {word} {telling!r}; it must be one phrase or more")
    try:
        return _build(folder, head)
    except PhraseError as fault:
        raise ProfileError(f"{folder}: {fault}") from fault


def _build(folder: Path, head: dict[str, Any]) -> Profile:
    path = folder / "subject.toml"
    kinds = groups(
        path, {"weight": SHARE, "phrases": TEXT}, {"anywhere": FLAG, "imagined": FLAG, "beside": TEXT}
    )
    partner = one_of(*(name for name, _ in kinds), note=" (a group of this file)")
    for name, group in kinds:
        if "beside" in group:
            checked(f"{path}: [{name}]", {"beside": group["beside"]}, {"beside": partner}, {})
    subject = [
        (Cue(f"subject.{name}", float(group["weight"])), phrases(group["phrases"])) for name, group in kinds
    ]
    axes, axis_cues = _axes(folder, head["axes"]["order"])
    known = {(axis.key, value.name) for axis in axes for value in axis.values}
    harms, harm_cues = _harms(folder / "harms.toml", known, set(head["limbs"]))
    news, news_cues = _news(folder / "news.toml")
    manner = folder / "modality.toml" if (folder / "modality.toml").is_file() else COMMON / "modality.toml"
    stances = dict(groups(manner, {"phrases": TEXT}, {"window_han": COUNT, "window_latin": COUNT}))
    modality = [(Cue(f"modality.{name}"), phrases(group["phrases"])) for name, group in stances.items()]
    missing = sorted({f"modality.{name}" for name in MODALITY} - {cue.name for cue, _ in modality})
    if missing:
        raise ProfileError(f"{manner}: {', '.join(missing)} missing")
    negation = stances["negation"]
    for key in ("window_han", "window_latin"):
        if key not in negation:
            raise ProfileError(f"{manner}: [negation] lacks {key}; it must be {COUNT.allowed}")
    organisations, organisation_cues = _organisations(folder / "organisations.toml")
    return Profile(
        name=head["name"],
        title=head["title"],
        noun=head["noun"],
        subject=head["subject"],
        subject_plural=head["subject_plural"],
        version=f"{head['name']}-{_digest(folder)}",
        thresholds={key: float(value) for key, value in head["thresholds"].items()},
        limbs=head["limbs"],
        harms=harms,
        news=news,
        axes=axes,
        organisations=organisations,
        reach={name: negation[f"window_{name}"] for name in ("han", "latin")},
        classes=head["classes"],
        weights=_weights(folder / "weights.toml", {*head["classes"], *(f"news.{name}" for name in news)}),
        homonyms={
            lower(fold(word)): re.compile("|".join(re.escape(lower(fold(one))) for one in phrases(telling)))
            for word, telling in head.get("homonyms", {}).items()
        },
        deeds=frozenset(f"subject.{name}" for name, group in kinds if group.get("anywhere", False)),
        beside={
            f"subject.{name}": f"subject.{group['beside']}" for name, group in kinds if "beside" in group
        },
        imagined=frozenset(f"subject.{name}" for name, group in kinds if group.get("imagined", False)),
        subject_lexicon=Lexicon(subject),
        lexicon=Lexicon(
            [*subject, *harm_cues, *news_cues, *modality, *axis_cues, *organisation_cues, *gazetteer.cues()]
        ),
    )


_Cues = list[tuple[Cue, list[str]]]
_OF_HARM = {
    "severity": one_of(1, 2, 3, note=" (1, 2 serious, 3 disaster)"),
    "strength": SHARE,
    "values": TABLES_OF_SHARES,
    "context": FLAG,
    "accident": FLAG,
}


def _harms(path: Path, known: set[tuple[str, str]], limbs: set[str]) -> tuple[dict[str, Harm], _Cues]:
    harms: dict[str, Harm] = {}
    cues: _Cues = []
    needed = {
        "limb": one_of(*sorted(limbs), "", note=" (words that name no harm of their own)"),
        "stance": one_of(*STANCES),
        "phrases": TEXT,
    }
    for name, group in groups(path, needed, _OF_HARM):
        values = {
            (axis, value): float(w) for axis, of in group.get("values", {}).items() for value, w in of.items()
        }
        unknown = sorted(f"{axis}: {value}" for axis, value in values.keys() - known)
        if unknown:
            raise ProfileError(f"{path}: {name} names values that no axis has: {'; '.join(unknown)}")
        about = str(group.get("about", name.replace("_", " ")))
        strength = float(group.get("strength", 1.0))
        grade = group.get("severity", 1)
        harms[name] = Harm(
            name=name,
            about=about,
            limb=group["limb"],
            stance=group["stance"],
            strength=strength,
            serious=grade == 2,
            disastrous=grade == 3,
            values=values,
            context=bool(group.get("context", False)),
            accident=bool(group.get("accident", False)),
        )
        cues.append((Cue(f"harm.{name}"), phrases(group["phrases"])))
    return harms, cues


def _news(path: Path) -> tuple[dict[str, News], _Cues]:
    news: dict[str, News] = {}
    cues: _Cues = []
    also = {"guard": FLAG, "place": one_of("title", note=" (or left out)"), "over": TEXTS, "harmless": SHARE}
    for name, group in groups(path, {"weights": NUMBERS, "phrases": TEXT}, also):
        unknown = sorted(set(group["weights"]) - set(CLASSES))
        if unknown:
            raise ProfileError(f"{path}: {name} weighs unknown classes: {', '.join(unknown)}")
        weights = {key: float(value) for key, value in group["weights"].items()}
        news[name] = News(
            name=name,
            about=str(group.get("about", name)),
            guard=bool(group.get("guard", False)),
            place=group.get("place"),
            weights=weights,
            over=tuple(group.get("over", ())),
            harmless=float(group.get("harmless", 1.0)),
        )
        cues.append((Cue(f"news.{name}"), phrases(group["phrases"])))
    for one in news.values():
        unknown = sorted(set(one.over) - set(news))
        if unknown:
            raise ProfileError(
                f"{path}: {one.name} stands over what is no kind of news: {', '.join(unknown)}"
            )
    return news, cues


def _axes(folder: Path, order: list[str]) -> tuple[tuple[Axis, ...], _Cues]:
    axes: list[Axis] = []
    cues: _Cues = []
    for key in order:
        values: list[Value] = []
        needed, also = {"definition": TEXT, "cues": TEXT}, {"weight": SHARE, "hints": TEXT}
        for name, group in groups(folder / "axes" / f"{key}.toml", needed, also):
            values.append(Value(name, group["definition"]))
            cues.append((Cue(f"{key}:{name}", float(group.get("weight", CUE))), phrases(group["cues"])))
            cues.append((Cue(f"{key}:{name}", HINT), phrases(group.get("hints", ""))))
        axes.append(Axis(key, tuple(values)))
    return tuple(axes), cues


def _organisations(path: Path) -> tuple[dict[str, Organisation], _Cues]:
    """The profile's own, then what any desk may meet; where both name one, the profile's line counts."""
    found: dict[str, Organisation] = {}
    cues: _Cues = []
    if path.is_file():
        kind = one_of("organisation", "system")
        for name, group in groups(path, {"kind": kind, "names": TEXT}, {"role": one_of(*ROLES)}):
            found[name] = Organisation(name, group["kind"], group.get("role"))
            cues.append((Cue(f"organisation:{name}"), phrases(group["names"])))
    for one, names in gazetteer.organisations():
        if one.name not in found:
            found[one.name] = one
            cues.append((Cue(f"organisation:{one.name}"), list(names)))
    return found, cues


def _weights(path: Path, known: set[str]) -> dict[str, dict[str, float]]:
    if not path.is_file():
        return {}
    whole = toml(path)
    checked(f"{path}:", whole, {"weights": TABLES_OF_NUMBERS}, {})
    found: dict[str, dict[str, float]] = whole["weights"]
    for name, weights in found.items():
        only(f"{path}: [weights] {name} weighs", weights, CLASSES)
    unknown = sorted(set(found) - known)
    if unknown:
        raise ProfileError(
            f"{path}: weights for what the profile does not have: {', '.join(unknown)}; train again"
        )
    return found


def _digest(folder: Path) -> str:
    whole = sha256(hanzi.NORMALISATION_VERSION.encode())
    for root in (folder, COMMON):
        for path in sorted((*root.rglob("*.toml"), *root.rglob("*.tsv"))):
            whole.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()[:12]
