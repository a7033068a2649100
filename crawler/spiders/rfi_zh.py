"""RFI 法国国际广播电台, simplified Chinese (/cn/). The slug is all the identity there is."""

from crawler.outlet import Feed, Markup, Outlet, SectionList, UrlPattern

OUTLET = Outlet(
    key="rfi-zh",
    name="法国国际广播电台",
    home="https://www.rfi.fr/cn/",
    country="FR",
    language_tag="zh-Hans",
    timezone="Europe/Paris",
    hosts=("www.rfi.fr", "amp.rfi.fr"),
    paths=("/cn/",),
    urls=(
        UrlPattern(
            host=r"(?:www|amp)\.rfi\.fr",
            path=r"/cn/(?P<section>(?:[^/]+/)+)(?P<id>\d{8}-[^/]+)",
            canonical="https://www.rfi.fr/cn/{section}{id}",
        ),
        UrlPattern(host=r"www\.rfi\.fr", path=r"/cn/(?:[^/]+/?){0,2}", kind="listing"),
    ),
    ways=(
        Feed(url="https://www.rfi.fr/cn/rss", source="many projects to 2026, B"),
        SectionList(url="https://www.rfi.fr/cn/", rank=2, source="links of a real page, 2022"),
        SectionList(url="https://www.rfi.fr/cn/中国/", rank=2, source="links of a real page, 2022"),
    ),
    title_suffixes=(r"\s*[-–|]\s*(?:RFI|法国国际广播电台|法广)\s*$",),
    markups=(
        Markup(
            rests_on="seen",
            source="a real page, 2022-02",
            title=("h1.t-content__title",),
            time=("p.m-pub-dates time[datetime]",),
            modified=("p.m-pub-dates span:nth-of-type(2) time[datetime]",),
            author=("a.m-from-author__name", ".m-from-author__name"),
            lead_image=("div.t-content__main-media img",),
            body=("div.t-content > article", "div.t-content__body"),
            strip=(
                "h1",
                ".t-content__dates",
                ".t-content__main-media",
                ".t-content__authors-tts",
                ".t-content__shares",
                ".t-content__tags",
                ".m-breadcrumb",
                ".m-interstitial",
                ".m-em-audio",
                ".o-self-promo",
                ".m-em-image",
                "aside",
            ),
            byline_patterns=(r"作者[：:]\s*(?P<names>[\u4e00-\u9fff·、\s]{2,20})",),
            strip_lines=(r"订阅.{0,20}每日新闻", r"浏览其他章节"),
        ),
    ),
    expected=(10, 200),
    rhythm_minutes=60,
    notes="Times carry +00:00. The lead (p.t-content__chapo) stands before the body's own container.",
)
