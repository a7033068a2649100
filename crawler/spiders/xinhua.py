"""Xinhua 新华网, with its provincial channels."""

from datetime import date

from crawler.outlet import Markup, Outlet, SectionList, UrlPattern

OUTLET = Outlet(
    key="xinhua",
    name="新华网",
    home="https://www.news.cn/",
    country="CN",
    language_tag="zh-Hans",
    timezone="Asia/Shanghai",
    hosts=(".news.cn", ".xinhuanet.com"),
    urls=(
        UrlPattern(
            host=r"(?:[a-z]+\.)?news\.cn",
            path=r"/(?P<section>(?:[a-z]+/)*)(?P<day>\d{8})/(?P<id>[0-9a-f]{32})/c\.html",
            canonical="https://www.news.cn/{section}{day}/{id}/c.html",
        ),
        UrlPattern(
            host=r"(?P<sub>[a-z]+(?:\.[a-z]+)?)\.xinhuanet\.com",
            path=r"/(?P<place>.+)/(?:content|c)_(?P<id>\d{6,12})\.htm",
            id="c{id}",  # numbers of the old system
        ),
        UrlPattern(host=r"(?:[a-z]+\.)?news\.cn", path=r"/?(?:[a-z]+/?)?(?:index\.htm)?", kind="listing"),
    ),
    ways=(
        SectionList(url="https://www.news.cn/politics/", source="a crawler and article URLs to 2026, C"),
        SectionList(url="https://www.news.cn/world/index.htm", source="a crawler, C"),
        SectionList(url="https://www.news.cn/", rank=2, source="the front page"),
    ),
    title_suffixes=(r"\s*[-_]+\s*(?:新华网|新华社|时政)(?:\s*[-_]+\s*新华网)?\s*$",),
    markups=(
        Markup(
            rests_on="seen",
            source="a real page of the Hebei channel, 2012-06, in GBK; it names no element of its own for any field",
            valid_until=date(2016, 12, 31),
            byline_patterns=(
                r"作者[：:]\s*(?:记者)?(?P<names>[\u4e00-\u9fff、\s]{2,20})$",
                r"稿件来源[：:]\s*(?P<agency>\S{2,16})",
            ),
            strip_lines=(r"稿件来源[：:]", r"编辑[：:]"),
        ),
    ),
    expected=(10, 600),
    rhythm_minutes=60,
    notes="No page of the present site was seen: the general reader answers alone. Old pages declare a wrong encoding.",
)
