"""What the two script editions of epochtimes.com share."""

from datetime import date

from crawler.outlet import Feed, Markup, Outlet, SectionList, UrlPattern, Way

BYLINES = (
    (
        r"（(?:英文)?大[紀纪]元(?:[新專专]聞?[記记]者|[記记]者|[^（）]{0,8}?站[記记]者)(?P<names>[\u4e00-\u9fff·、\s]{2,30}?)"
        r"(?:[\u4e00-\u9fff]{2,8})?(?:[綜综]合)?(?:[採采][訪访])?(?:[報报][導导道]|[編编][譯译])"
    ),
    r"（英文大[紀纪]元[記记]者(?P<names>[^）／/]{2,60}?)(?:[報报][導导道])?[／/]",
    r"（(?P<agency>中央社)[^）]*[電电]）",
)
LINES = (
    r"[責责]任[編编][輯辑][：:]",
    r"看更多文章",
    r"[點点][閱阅阅]【",
    r"本文[網网]址[為为]",
    r"[◇#@*＊\s]+$",
)
DATELINE = r"^【大[紀纪]元\d{4}年\d{1,2}月\d{1,2}日[訊讯]】"


def edition(*, ed: str, name: str, language_tag: str) -> Outlet:
    """The outlet of one edition; ``ed`` is the first path segment, ``b5`` or ``gb``."""
    home = f"https://www.epochtimes.com/{ed}/"
    codes = ("nsc413", "nsc412", "nsc414", "nsc415")
    feeds: tuple[Way, ...] = tuple(Feed(url=f"{home}{code}.htm/feed", source="B, 2026") for code in codes)
    if ed == "b5":
        feeds = (Feed(url="https://www.epochtimes.com/feed", source="OBS 2026-10, A"), *feeds)
    lists: tuple[Way, ...] = tuple(
        SectionList(
            url=f"{home}{code}.htm",
            page_url=f"{home}{code}_{{page}}.htm",
            max_pages=3,
            rank=2,
            source="TND 2021 and a crawler of 2026, B",
        )
        for code in ("nsc413", "nsc412", "nsc418", "nsc419", "nsc420", "ncid1349362", "ncid1349361")
    )
    return Outlet(
        key=f"epochtimes-{ed}",
        name=name,
        home=home,
        country="US",
        language_tag=language_tag,
        timezone="Asia/Taipei",
        hosts=("www.epochtimes.com", "epochtimes.com", "m.epochtimes.com"),
        paths=(f"/{ed}/", "/feed") if ed == "b5" else (f"/{ed}/",),
        urls=(
            UrlPattern(
                host=r"(?:www\.|m\.)?epochtimes\.com",
                path=rf"/{ed}/(?P<yy>\d{{1,4}})/(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}})/(?P<id>n\d+)\.htm",
                canonical=f"https://www.epochtimes.com/{ed}/{{yy}}/{{m}}/{{d}}/{{id}}.htm",
            ),
            UrlPattern(
                host=r"(?:www\.|m\.)?epochtimes\.com",
                path=rf"/{ed}/(?:(?:nsc|ncid|nf)\d+(?:_\d+)?\.htm|instant-news\.htm|n24hr\.htm|tag/[^/]+\.html)",
                kind="listing",
            ),
        ),
        ways=(
            *feeds,
            SectionList(url=f"{home}instant-news.htm", rank=2, source="B, 2026"),
            *lists,
        ),
        title_suffixes=(r"\s*[-–|]\s*大[紀纪]元(?:[時时][報报])?(?:\s*[-–|]\s*www\.epochtimes\.com)?\s*$",),
        markups=(
            Markup(
                rests_on="described",
                source="OBS, sampled live 2026-10-03",
                title=("h1.title", "h1"),
                time=("main#main .main_content > .article > .info > time[datetime]",),
                time_formats=("更新 %Y-%m-%d %I:%M %p", "%Y-%m-%d %I:%M %p", "%Y-%m-%d %H:%M"),
                time_rule="false_z_is_local",
                section=("a.breadcrumbs:last-of-type",),
                body=("div#artbody", ".post_content"),
                strip=("figure", "figcaption", ".mbottom10"),
                byline_patterns=BYLINES,
                strip_lines=LINES,
                strip_inline=(DATELINE,),
            ),
            Markup(
                rests_on="described",
                source="TND, 230 hand-checked articles, 2013 to 2021",
                valid_until=date(2022, 6, 30),
                title=("h1.title", "h1"),
                time=("#artbody > header time[datetime]",),
                body=("div#artbody", "div#article_wrap", "div.whitebg", ".post_content"),
                strip=("header", "figure", "figcaption", ".mbottom10"),
                byline_patterns=BYLINES,
                strip_lines=LINES,
                strip_inline=(DATELINE,),
            ),
        ),
        expected=(10, 600),
        rhythm_minutes=60,
        notes="JSON-LD says Z, but the clock is +08:00. The day in the URL is a US day. nf<digits>.htm#<id> are anchors "
        "of lists. The other edition has the same path and id (inferred).",
    )
