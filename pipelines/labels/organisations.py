"""Organisations and systems of a text, each with the part that its sentences give it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipelines import profiles
from pipelines.labels.names import ENDS, SYSTEMS, names
from pipelines.labels.reading import Sense
from pipelines.profiles import Hit, Profile
from pipelines.records import Fact

ORGANISATIONS = 12
"""The most that one text gives; those named earliest come first."""
_I = re.IGNORECASE
_THE = r"\s*(?:the\s|its\s)?"
_BEFORE = {
    "source": re.compile(
        r"(?:据|根据|引述|引用|according to|told|reported by|seen by|report by|study by)\s*《?(?:the\s)?$", _I
    ),
    "harmed": re.compile(
        r"(?:起诉方|骗走|骗过|攻击|入侵|攻陷|受害者|损害|冒充|假冒|仿冒|victims?,?|defrauded|impersonat\w+|targeted|"
        r"(?:break|broke|hacked|breaking) into|breached|(?:stole|stolen|taken|siphoned|copied)\b.{0,24}\bfrom|attack on|belonging to|on behalf of)"
        rf"{_THE}$",
        _I,
    ),
    "deployer": re.compile(
        rf"(?:使用方|used by|deployed by|employed by|operated by|run by|adopted by|owned by|introduced by){_THE}$",
        _I,
    ),
    "developer": re.compile(
        rf"(?:由|开发商|供应商|developed by|made by|built by|created by|supplied by|provided by|sold by){_THE}$",
        _I,
    ),
}
_WHERE = r"(?:在\S{1,12}?|从\S{1,8}?|于\S{1,8}?)?"
_AFTER = {
    "source": re.compile(
        r"^》?\s*(?:报道|报导|披露|指出|援引|的?研究(?:人员|团队|者)|调查发现|reported|reports\b|first reported|researchers|scientists|"
        r"(?:study|survey|analysis|report) (?:found|shows|says))",
        _I,
    ),
    "harmed": re.compile(
        r"^\s*(?:遭|被(?!曝|控|告|指|罚|起诉|调查|要求|约谈|禁|批|投诉)|受骗|损失|员工受骗|员工被骗|客户被骗|前?(?:员工|工程师|职员)\S{0,12}(?:泄|偷|盗|机密|外流|窃)|"
        r"\S{0,6}遭(?:到)?(?:勒索|攻击|入侵|黑客|诈骗)|\S{0,10}(?:冒充|假冒|仿冒)其|was defrauded|was hacked|was tricked|lost\b|"
        r"loses\b|fell victim|suffered|was (?:the )?(?:victim|target|hit|attacked|breached|deceived))",
        _I,
    ),
    "deployer": re.compile(
        rf"^\s*{_WHERE}(?:使用|采用|部署|启用|引入|引进|导入|上线的|旗下|停用|暂停使用|用(?!户|途|力)|used\b|uses\b|deployed|deploys|"
        r"adopted|operates|introduced|installed|(?:has )?(?:paused|scrapped|stopped|abandoned|suspended) (?:using |its |a |an |the use))",
        _I,
    ),
    "developer": re.compile(
        r"^\s*(?:开发|研发|推出的|打造|(?:道歉|致歉).{0,6}模型|developed|built|trained|unveiled|released its|(?:was|is|are|were) (?:being )?(?:sued|accused).{0,30}(?:train|copyright))",
        _I,
    ),
    "regulator": re.compile(
        r"^\s*(?:\S{0,4}日|[上本]?周[一二三四五六日])?(?:已|就|也|正|将|正式)?(?:下令|要求|裁定|判决|判处|立案|开罚|罚款|处以|对\S{1,20}?(?:罚|立案|处)|调查|警告|约谈|叫停|禁止|"
        r"责令|封锁|逮捕|拘捕|查获|搜查|派员|提起公诉|起诉|通报|介入|展开(?:刑事)?调查|ordered|orders|fined|fines|bans|banned|blocked|imposed|ruled|suspended|charged|arrested|"
        r"opens? (?:an? )?(?:\w+ )?(?:investigation|inquiry|probe)|opened an? (?:\w+ )?(?:investigation|inquiry|probe)|"
        r"launche[sd] an? (?:\w+ )?(?:investigation|inquiry|probe)|is investigating|said it was investigating)",
        _I,
    ),
}
_ACCUSED = re.compile(
    r"(?:向|对|给|约谈|控告|起诉|状告|告上|处罚|批评|指责|fined|fines|sued|sues|suing|against|accuses|accused|into|investigat\w+|probes?)"
    r"\s*(?:the\s)?$",
    _I,
)
"""Whoever is sued or fined: what it is, its sentence says elsewhere, or the gazetteer."""
_PLAINTIFF = re.compile(
    r"^\s*(?:等\S{0,4}|东京本社|\S{0,6}?日|上周[一二三四五六日])?(?:在\S{1,6})?(?:起诉|控告|状告|提告|告上|指控|指责|控诉|对\S{1,12}?(?:提告|提起诉讼|提诉)|"
    r"(?:has |have |is |are )?(?:sued\b|sues\b|suing\b|files? (?:an? )?(?:law)?suit|filed (?:an? )?(?:law)?suit|accused\b(?! of)|complained))",
    _I,
)
_AUTHORITY = re.compile(
    rf"(?:{ENDS['han_authority']}|{ENDS['latin_authority']}|Department|Regulator|Prosecutors?)$|^(?:Ministry|Department|Bureau) (?:of|for)\b"
)
_CIVIL = re.compile(rf"(?:{ENDS['civil']})$")
_SPEAKS = re.compile(
    r"^\s*(?:表示|批评|呼吁|称|说(?!服)|指出|认为|担忧|警告|said\b|says\b|warned|criticis?zed|called|argues)",
    _I,
)
"""Who only speaks of the event: bodies of citizens and science, and authorities that have no part of their own."""
_OWNER = re.compile(
    rf"^\s*(?:的\S{{0,10}}?(?:{SYSTEMS['owned_han']})|(?:一辆|一台|一架|\S{{0,4}})(?:自动|无人)驾驶|['’]s? {SYSTEMS['owned_latin']}\b)",
    _I,
)
"""Whose system it is: the deployer's, unless the gazetteer knows a developer."""
_NEAR = 40
"""Characters behind a name that may tell its role; before it 40 too."""
_NO_REGULATOR = frozenset({"developer", "deployer", "source"})


def organisations(senses: Sequence[Sense], profile: Profile) -> Iterable[Fact]:
    """Organisations and systems by the gazetteer and by the shape of their names, those named first first."""
    roles: dict[str, str | None] = {}
    kinds: dict[str, str] = {}
    first: dict[str, Sense] = {}

    def met(name: str, role: str | None, sense: Sense, kind: str) -> None:
        if name not in first or (roles[name] is None and role is not None):
            first.setdefault(name, sense)
            if role is not None:
                first[name] = sense
            roles[name] = role
            kinds.setdefault(name, kind)

    for sense in senses:
        folded = sense.line.folded
        known = [hit for hit in sense.line.hits if hit.cue.name.startswith("organisation:")]
        known = [hit for hit in known if not any(_inside(hit, other, profile) for other in known)]
        for hit in known:
            name = hit.cue.name.partition(":")[2]
            entry = profile.organisations[name]
            role = None
            if entry.kind == "organisation":
                speaks = entry.country is not None
                role = _role(folded, hit.start, hit.end, entry.role, known=True, spokesman=speaks)
            met(name, role, sense, entry.kind)
        for one in names(sense.line.text):
            inside = [
                hit.cue.name.partition(":")[2] for hit in known if hit.start < one.end and one.start < hit.end
            ]
            role = one.role or _role(folded, one.start, one.end, None, known=False)
            if inside:
                # the gazetteer's name inside a longer one: what is said of the one is said of the other
                entry = profile.organisations[inside[0]]
                met(inside[0], role if entry.kind == one.kind else None, sense, entry.kind)
            elif not any(one.name in other or other in one.name for other in first):
                met(one.name, role if one.kind == "organisation" else None, sense, one.kind)
    for name, sense in list(first.items())[:ORGANISATIONS]:
        found = profile.organisations.get(name)
        usual = found.role if found else None
        yield Fact(
            kind=kinds[name],
            value=name,
            role=usual if usual == "regulator" else roles[name] or usual,
            evidence=profiles.evidence([sense.line]),
        )


def _inside(hit: Hit, other: Hit, profile: Profile) -> bool:
    """Whether a name is part of a longer one of its kind."""
    within = (
        other.start <= hit.start and hit.end <= other.end and other.end - other.start > hit.end - hit.start
    )
    kinds = [profile.organisations[one.cue.name.partition(":")[2]].kind for one in (hit, other)]
    return within and kinds[0] == kinds[1]


def _role(
    folded: str, start: int, end: int, usual: str | None, *, known: bool, spokesman: bool = False
) -> str | None:
    """The role that a sentence gives to the name at ``start``–``end``; ``usual`` is what the gazetteer calls it."""
    before, after = folded[max(0, start - _NEAR) : start], folded[end : end + _NEAR]
    authority = _AUTHORITY.search(folded[start:end]) is not None
    for role, pattern in _BEFORE.items():
        if pattern.search(before):
            return role
    accused = _ACCUSED.search(before) is not None
    if not accused and _PLAINTIFF.search(after):
        return "regulator" if authority else "harmed"
    if accused:
        return None
    for role, pattern in _AFTER.items():
        if role == "regulator" and usual in _NO_REGULATOR:
            continue
        if pattern.search(after) and not (role == "regulator" and not authority and not known):
            return role
    if usual is None and _OWNER.match(after):
        return "deployer"
    if usual is None and _SPEAKS.match(after) and (spokesman or _CIVIL.search(folded[start:end])):
        return "source"
    return "regulator" if authority else None
