"""Huanqiu 环球网, the Chinese site of Global Times."""

from crawler.outlet import Markup, Outlet, SectionList, UrlPattern

OUTLET = Outlet(
    key="huanqiu",
    name="环球网",
    home="https://www.huanqiu.com/",
    country="CN",
    language_tag="zh-Hans",
    timezone="Asia/Shanghai",
    hosts=(".huanqiu.com",),
    urls=(
        UrlPattern(
            host=r"(?P<sub>[a-z0-9]+)\.huanqiu\.com",
            path=r"/article/(?P<id>[0-9A-Za-z]{8,16})",
            canonical="https://{sub}.huanqiu.com/article/{id}",
        ),
        UrlPattern(host=r"[a-z]+\.huanqiu\.com", path=r"/?(?:[a-z]+)?", kind="listing"),
    ),
    ways=(
        SectionList(url="https://world.huanqiu.com/", source="inferred; the page seen holds no list"),
        SectionList(url="https://www.huanqiu.com/", rank=2, source="the front page"),
    ),
    title_suffixes=(r"\s*[-_]\s*环球网\s*$",),
    markups=(
        Markup(
            rests_on="seen",
            source="a real page, 2020-06",
            title=("#article h1.a-title", "h1.a-title"),
            time=("div.a-info span.time",),
            time_formats=("%Y-%m-%d %H:%M",),
            author=("div.a-info span.source", "div.a-info span.original"),
            body=("#article div.a-con", "div.a-con"),
            strip=("adv-loader", "figcaption", ".video-con"),
            byline_patterns=(
                r"【?环球(?:时报|网)[^】]{0,8}?记者\s*(?P<names>[\u4e00-\u9fff、\s]{2,20}?)[】\s]",
                r"执笔/(?P<names>[^\s]{2,30})$",
            ),
            strip_lines=(r"执笔/", r"图片均来自网络", r"责编[：:]", r"版权作品，未经"),
        ),
    ),
    expected=(3, 300),
    rhythm_minutes=60,
)
