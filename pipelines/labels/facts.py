"""Facts of an event with the sentences that state them: who, where, how many, how much, when, what was done."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from pipelines import profiles
from pipelines.labels.names import names
from pipelines.labels.quantities import dates, quantities
from pipelines.labels.reading import Sense
from pipelines.profiles import Cue, Lexicon, Profile, phrase_groups
from pipelines.records import Fact

ORGANISATIONS = 12
COUNTRIES = 8
"""The most that one text gives; those named earliest come first."""
NO_COUNTRY = "-"
"""The line of the gazetteer with names that hold a country's name and tell none."""
_BEFORE = {
    "source": re.compile(
        r"(?:据|根据|引述|引用|according to|told|reported by|seen by)\s*《?$", re.IGNORECASE
    ),
    "harmed": re.compile(
        r"(?:起诉方|骗走|骗过|攻击|入侵|攻陷|受害者|损害|冒充|假冒|仿冒|victims?,?|defrauded|impersonat\w+|targeted|"
        r"(?:break|broke|hacked|breaking) into|breached|stole from|attack on)\s*(?:the\s)?$",
        re.IGNORECASE,
    ),
    "deployer": re.compile(
        r"(?:使用方|used by|deployed by|employed by|operated by|run by|adopted by)\s*(?:the\s)?$",
        re.IGNORECASE,
    ),
    "developer": re.compile(
        r"(?:由|开发商|developed by|made by|built by|created by|maker)\s*$", re.IGNORECASE
    ),
}
_AFTER = {
    "source": re.compile(
        r"^》?\s*(?:报道|报导|披露|指出|援引|reported|reports\b|first reported)", re.IGNORECASE
    ),
    "harmed": re.compile(
        r"^\s*(?:遭|被骗|受骗|被盗|遭遇|受害|损失|员工受骗|员工被骗|客户被骗|was defrauded|was hacked|was tricked|lost\b|"
        r"loses\b|fell victim)",
        re.IGNORECASE,
    ),
    "deployer": re.compile(
        r"^\s*(?:在\S{1,8}?)?(?:使用|采用|部署|启用|引入|上线的|旗下|used\b|uses\b|deployed|deploys|"
        r"adopted|operates|introduced|installed)",
        re.IGNORECASE,
    ),
    "developer": re.compile(r"^\s*(?:开发|研发|推出的|打造|developed|built|trained)", re.IGNORECASE),
    "regulator": re.compile(
        r"^\s*(?:下令|要求|裁定|立案|开罚|罚款|调查|警告|约谈|ordered|fined|fines|bans|banned|opens? (?:an? )?(?:investigation|"
        r"inquiry|probe)|opened an? (?:investigation|inquiry|probe)|launche[sd] an? (?:investigation|inquiry|probe)|is investigating)",
        re.IGNORECASE,
    ),
}
_ACCUSED = re.compile(
    r"(?:向|对|给|约谈|控告|起诉|状告|告上|处罚|fined|fines|sued|sues|suing|against|accuses|accused|into|investigat\w+|probes?)"
    r"\s*(?:the\s)?$",
    re.IGNORECASE,
)
"""Whoever is sued or fined: what it is, its sentence says elsewhere, or the gazetteer."""
_PLAINTIFF = re.compile(
    r"^\s*(?:等\S{0,4})?(?:起诉|控告|状告|提告|告上|sued\b|sues\b|files? (?:a )?(?:law)?suit)", re.IGNORECASE
)
_AUTHORITY = re.compile(
    r"(?:委员会|监管局|管理局|监察院|检察院|检察署|地检署|警察局|警务处|法院|网信办|保护机构|卫生署|福利署|"
    r"Commission|Authority|Agency|Police|Department|Ministry|Regulator|Prosecutors?|Court)$"
)
_OWNER = re.compile(
    r"^\s*(?:的(?:算法|系统|客服|模型|软件|程序)|['’]s (?:\w+ )?\w*(?:bot|system|software|tool|algorithm|camera|app|model)s?\b)",
    re.IGNORECASE,
)
"""Whose system it is: the deployer's, unless the gazetteer knows a developer."""
_IN = re.compile(r"(?:在|于|\bin|\bacross|\bthroughout)\s*$", re.IGNORECASE)
_ACTOR = re.compile(
    r"^\s*(?:政府|军方|黑客|公司|企业|当局|总统|companies|government|hackers|firms|officials|military|state-backed)",
    re.IGNORECASE,
)
_AFFECTED = re.compile(r"(?:针对|攻击|起诉|制裁|against|targeting|targeted)\s*$", re.IGNORECASE)


def facts(senses: Sequence[Sense], profile: Profile, *, event: bool) -> tuple[Fact, ...]:
    """The facts of one text; quantities, date and actions only where it reports an ``event``."""
    found: list[Fact] = [*_organisations(senses, profile), *_countries(senses)]
    if event:
        found += _event(senses)
        found += _actions(senses)
    return tuple(found)


def _organisations(senses: Sequence[Sense], profile: Profile) -> Iterable[Fact]:
    roles: dict[str, str | None] = {}
    first: dict[str, Sense] = {}

    def met(name: str, role: str | None, sense: Sense) -> None:
        if name not in first or (roles[name] is None and role is not None):
            first[name], roles[name] = sense, role

    for sense in senses:
        folded = sense.line.folded
        known = [hit for hit in sense.line.hits if hit.cue.name.startswith("organisation:")]
        for hit in known:
            met(hit.cue.name.partition(":")[2], _role(folded, hit.start, hit.end), sense)
        for name, title, start, end in names(sense.line.text):
            role = title or _role(folded, start, end) or _by_name(folded[start:end])
            inside = [
                hit.cue.name.partition(":")[2] for hit in known if start <= hit.start and hit.end <= end
            ]
            if inside:
                # the gazetteer's name inside a longer one: what is said of the one is said of the other
                met(inside[0], role, sense)
            elif not any(name in other or other in name for other in first):
                met(name, role, sense)
    for name, sense in list(first.items())[:ORGANISATIONS]:
        entry = profile.organisations.get(name)
        usual = entry.role if entry else None
        yield Fact(
            kind=entry.kind if entry else "organisation",
            value=name,
            role=usual if usual == "regulator" else roles[name] or usual or _owner(sense, name),
            evidence=profiles.evidence([sense.line]),
        )


def _by_name(name: str) -> str | None:
    return "regulator" if _AUTHORITY.search(name) else None


def _owner(sense: Sense, name: str) -> str | None:
    """``deployer`` where the sentence speaks of the system of somebody of whom nothing else is known."""
    folded = sense.line.folded
    ends = [hit.end for hit in sense.line.hits if hit.cue.name == f"organisation:{name}"]
    if not ends:
        ends = [end for found, _, _, end in names(sense.line.text) if found == name]
    return "deployer" if any(_OWNER.match(folded[end : end + 30]) for end in ends) else None


def _role(folded: str, start: int, end: int) -> str | None:
    before, after = folded[max(0, start - 24) : start], folded[end : end + 24]
    for role, pattern in _BEFORE.items():
        if pattern.search(before):
            return role
    if _PLAINTIFF.search(after):
        return "regulator" if _AUTHORITY.search(folded[start:end]) else "harmed"
    if _ACCUSED.search(before):
        return None
    for role, pattern in _AFTER.items():
        if pattern.search(after):
            return role
    return None


@cache
def _gazetteer() -> Lexicon:
    text = (files(__package__) / "data" / "countries.tsv").read_text(encoding="utf-8")
    groups = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            code, chinese, english = line.split("\t")
            groups.append((Cue(code), [*chinese.split("|"), *english.split("|")]))
    return Lexicon(groups)


@cache
def _action_lexicon() -> Lexicon:
    text = (files(__package__) / "data" / "actions.toml").read_text(encoding="utf-8")
    return Lexicon((Cue(name), phrases) for name, phrases in phrase_groups(text))


def _countries(senses: Sequence[Sense]) -> Iterable[Fact]:
    found: dict[str, tuple[Sense, str | None]] = {}
    for sense in senses:
        folded = sense.line.folded
        hits = _gazetteer().find(folded)
        others = [hit for hit in hits if hit.cue.name == NO_COUNTRY]
        for hit in hits:
            code = hit.cue.name
            if any(other.start <= hit.start and hit.end <= other.end for other in others):
                continue
            before, after = folded[max(0, hit.start - 12) : hit.start], folded[hit.end : hit.end + 16]
            role = (
                "occurred"
                if _IN.search(before)
                else "affected"
                if _AFFECTED.search(before)
                else "actor"
                if _ACTOR.search(after)
                else None
            )
            if code not in found or (found[code][1] is None and role is not None):
                found[code] = (sense, role)
    for code, (sense, role) in list(found.items())[:COUNTRIES]:
        yield Fact(kind="country", value=code, role=role, evidence=profiles.evidence([sense.line]))


def _event(senses: Sequence[Sense]) -> Iterable[Fact]:
    seen: set[tuple[str, str | None]] = set()
    dated = False
    for sense in senses:
        for quantity in quantities(sense.line.folded):
            key = (quantity.value, quantity.unit)
            if key not in seen:
                seen.add(key)
                yield Fact(
                    kind="quantity",
                    value=quantity.value,
                    role=quantity.role,
                    unit=quantity.unit,
                    evidence=profiles.evidence([sense.line]),
                )
        if sense.harms and not dated:
            for value, precision in dates(sense.line.folded)[:1]:
                dated = True
                yield Fact(
                    kind="event_date",
                    value=value,
                    precision=precision,
                    evidence=profiles.evidence([sense.line]),
                )


def _actions(senses: Sequence[Sense]) -> Iterable[Fact]:
    seen: set[str] = set()
    for sense in senses:
        for hit in _action_lexicon().find(sense.line.folded):
            if hit.cue.name not in seen:
                seen.add(hit.cue.name)
                yield Fact(kind="mitigation", value=hit.cue.name, evidence=profiles.evidence([sense.line]))
