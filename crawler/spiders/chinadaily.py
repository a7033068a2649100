"""China Daily 中国日报网, the Chinese-language hosts."""

from crawler.outlet import Markup, Outlet, SectionList, UrlPattern

OUTLET = Outlet(
    key="chinadaily",
    name="中国日报网",
    home="https://cn.chinadaily.com.cn/",
    country="CN",
    language_tag="zh-Hans",
    timezone="Asia/Shanghai",
    hosts=("china.chinadaily.com.cn", "cn.chinadaily.com.cn", "caijing.chinadaily.com.cn"),
    urls=(
        UrlPattern(
            host=r"(?P<sub>china|cn|caijing)\.chinadaily\.com\.cn",
            path=r"/a/(?P<day>\d{6}/\d{2})/(?P<id>WS[0-9a-f]+)(?:_\d+)?\.html",
            canonical="https://{sub}.chinadaily.com.cn/a/{day}/{id}.html",
        ),
        UrlPattern(
            host=r"(?:china|cn|caijing)\.chinadaily\.com\.cn",
            path=r"/(?:[0-9a-f]{24}(?:/[0-9a-f]{24})*)?",
            kind="listing",
        ),
    ),
    ways=(
        SectionList(url="https://china.chinadaily.com.cn/", source="links of a real page, 2023"),
        SectionList(url="https://caijing.chinadaily.com.cn/", source="links of a real page, 2023"),
        SectionList(url="https://cn.chinadaily.com.cn/", rank=2, source="links of a real page, 2023"),
    ),
    title_suffixes=(r"\s*-\s*中国日报网\s*$",),
    markups=(
        Markup(
            rests_on="seen",
            source="a real page of china.chinadaily.com.cn, 2023-11",
            title=("h1.dabiaoti",),
            time=("div.fenx div.xinf-le:last-of-type", "div.fenx"),
            time_formats=("%Y-%m-%d %H:%M",),
            body=("div#Content.article", "div#Content"),
            strip=(".fenx", "figcaption", ".page", "style"),
            byline_patterns=(
                r"[（(](?:中国日报)?记者[：:]?\s*(?P<names>[\u4e00-\u9fff、\s]{2,30})[）)]",
                r"来源[：:]\s*(?P<agency>\S{2,16})",
            ),
            strip_lines=(r"【责任编辑[：:]",),
        ),
    ),
    expected=(10, 500),
    rhythm_minutes=60,
    notes="The English pages at www.chinadaily.com.cn are another edition and not claimed.",
)
