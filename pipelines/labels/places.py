"""Countries of a text with their part in the event: where it occurred, whose actor it was, whom it affected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipelines import profiles
from pipelines.labels.reading import Sense
from pipelines.profiles import Hit, Profile
from pipelines.records import Fact

COUNTRIES = 8
"""The most that one text gives; those named earliest come first."""
NO_COUNTRY = "country/-"
"""The line of the gazetteer with names that hold a country's name and tell none."""
YUAN = {"CHN": "CNY", "TWN": "TWD", "HKG": "HKD", "MAC": "MOP"}
"""Whose money a bare 元 is."""
_IN = re.compile(
    r"(?:在|于|位于|\bin|\bacross|\bthroughout|\bnear|\boutside|\bat)\s*(?:the\s|a\s|an\s)?(?:\w+ern\s)?$",
    re.IGNORECASE,
)
_LISTED = r"(?:[\u4e00-\u9fff]{2,5}[和与及]){0,6}"
# the pieces between 、 are taken once (*+): 和 may stand in a name too, and a row of them could be parted in 2^n ways
_FROM = re.compile(
    r"(?:[Gg]roups?|[Hh]ackers?|[Aa]ctors?|[Oo]peratives|[Ss]cammers|[Aa]ttackers|[Oo]perations?|campaigns?|networks?|spies|trolls?|bots)\s+(?:\w+\s+){0,2}?"
    r"(?:from|in|linked to|tied to|backed by|based in|run by)\s+(?:the\s)?(?:[A-Z]\w+(?: [A-Z]\w+)?(?:, and |,? and |, ))*$|"
    rf"(?:来自|源自)(?:{_LISTED}[\u4e00-\u9fff]{{2,5}}、)*+{_LISTED}$"
)
_ACTOR = re.compile(
    r"^(?:的|籍|方面)?\s*(?:\w+[- ])?(?:政府|军|黑客|当局|总统|特工|间谍|网军|情报|新创|初创|科技公司|企业|公司|厂商|巨头|无人机|导弹|自主\S{0,4}无人机|"
    r"companies|company|government|hackers|firms?|officials|military|army|troops|forces|state[- ]backed|state[- ]sponsored|state hackers|"
    r"nationals?|start-?ups?|(?:\w+ )?maker|tech giant|giant|developers?|spies|operatives|scammers|intelligence|drones?|missiles?)",
    re.IGNORECASE,
)
_OWNED = re.compile(
    r"公司|企业|厂商|新创|初创|巨头|银行|compan|firm|start-?up|maker|giant|bank", re.IGNORECASE
)
_SUFFERED = re.compile(
    r"骗走|被骗|遭|损失|受害|失窃|\blost\b|\bstolen\b|\bdefrauded\b|\bhacked\b|\btricked\b|\bvictim",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*(?:[、,，]|与|和|及|以及|and|, and)\s*")
_AFFECTED = re.compile(r"(?:针对|攻击|制裁|against|targeting|targeted|aimed at)\s*(?:the\s)?$", re.IGNORECASE)
_THERE = re.compile(
    r"^(?:['’]s)?\s*(?:一名|一[位家所间]|男子|女子|民众|居民|警方|警察|法院|检|监管|数据保护|个人信息|隐私|议会|国会|法官|各地|当地|境内|全国|"
    r"(?:data |privacy |media |financial |market |consumer )?(?:protection |competition )?(?:authority|regulator|watchdog|police|court|"
    r"prosecutors?|judge|jury|parliament|senate|lawmakers|man|woman|men|women|mother|father|couple|teen|teenager|students?|"
    r"town|city|cities|village|school|university|hospital|federal court|tribunal|state of|states))\b",
    re.IGNORECASE,
)


def _code(hit: Hit) -> str:
    return hit.cue.name.partition("/")[2]


def _outermost(hits: Sequence[Hit]) -> list[Hit]:
    """Without names inside longer ones (印度 in 印度尼西亚, China in South China Morning Post)."""
    return [
        hit
        for hit in hits
        if hit.cue.name != NO_COUNTRY
        and not any(
            other.start <= hit.start
            and hit.end <= other.end
            and (other.end - other.start > hit.end - hit.start or other.cue.name == NO_COUNTRY)
            for other in hits
        )
    ]


def countries(senses: Sequence[Sense], profile: Profile, *, event: bool) -> Iterable[Fact]:
    """Countries by name, by their cities, and by the authorities that speak for them.

    Where no sentence says where the ``event`` occurred, it is the first country named that nothing calls an actor's.
    """
    found: dict[str, tuple[Sense, str | None]] = {}
    beside: dict[str, str] = {}

    def met(code: str, sense: Sense, role: str | None) -> None:
        if code not in found or (found[code][1] is None and role is not None):
            found[code] = (sense, role)

    for sense in senses:
        folded = sense.line.folded
        named = [hit for hit in sense.line.hits if hit.cue.name.startswith("organisation:")]
        last: Hit | None = None
        told = [hit for hit in sense.line.hits if hit.cue.name.startswith(("country/", "place/"))]
        for hit in _outermost(told):
            if any(one.start <= hit.start and hit.end <= one.end for one in named):
                continue  # the India of Air India
            code = _code(hit)
            if last is not None and _AND.fullmatch(folded, last.end, hit.start):
                beside.setdefault(code, _code(last))
            met(code, sense, _role(folded, hit))
            last = hit
        for hit in named:
            entry = profile.organisations[hit.cue.name.partition(":")[2]]
            if entry.country is not None:
                met(entry.country, sense, "occurred" if entry.role == "regulator" else None)
    if event and found and not any(role == "occurred" for _, role in found.values()):
        first = next((code for code, (_, role) in found.items() if role is None), None)
        if first is not None:
            found[first] = (found[first][0], "occurred")
    for code, other in beside.items():
        sense, role = found[code]
        if role is None:
            found[code] = (sense, found[other][1])
    for code, (sense, role) in list(found.items())[:COUNTRIES]:
        yield Fact(kind="country", value=code, role=role, evidence=profiles.evidence([sense.line]))


def _role(folded: str, hit: Hit) -> str | None:
    before, after = folded[max(0, hit.start - 60) : hit.start], folded[hit.end : hit.end + 40]
    if _FROM.search(before):
        return "actor"
    if _IN.search(before):
        return "occurred"
    if _AFFECTED.search(before):
        return "affected"
    acting = _ACTOR.match(after)
    if acting is not None:
        owned = _OWNED.search(acting.group()) is not None
        return "affected" if owned and _SUFFERED.search(folded) else "actor"
    if hit.cue.name.startswith("place/") or _THERE.match(after):
        return "occurred"
    return None


def currency(found: Iterable[Fact]) -> str | None:
    """The currency of a bare 元 in a text with these countries; ``None`` where they do not tell it."""
    codes = {(fact.value, fact.role) for fact in found if fact.kind == "country" and fact.value in YUAN}
    there = {code for code, role in codes if role == "occurred"} or {code for code, _ in codes}
    return YUAN[there.pop()] if len(there) == 1 else None
