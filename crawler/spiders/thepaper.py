"""The Paper 澎湃新闻, Shanghai."""

from crawler.outlet import Markup, Outlet, SectionList, UrlPattern

OUTLET = Outlet(
    key="thepaper",
    name="澎湃新闻",
    home="https://www.thepaper.cn/",
    country="CN",
    language_tag="zh-Hans",
    timezone="Asia/Shanghai",
    hosts=("www.thepaper.cn", "m.thepaper.cn"),
    urls=(
        UrlPattern(
            host=r"(?:www|m)\.thepaper\.cn",
            path=r"/newsDetail_forward_(?P<id>\d+)",
            canonical="https://www.thepaper.cn/newsDetail_forward_{id}",
        ),
        UrlPattern(host=r"www\.thepaper\.cn", path=r"/(?:list_\d+|channel_\d+)?", kind="listing"),
    ),
    ways=(
        SectionList(url="https://www.thepaper.cn/", source="link shape of a real page, 2020"),
        SectionList(
            url="https://www.thepaper.cn/channel_25950", rank=2, source="the menu of a real page, 2020 (时事)"
        ),
        SectionList(
            url="https://www.thepaper.cn/channel_25951", rank=2, source="the menu of a real page, 2020 (财经)"
        ),
    ),
    title_suffixes=(r"(?:_[^_]{2,8})?_澎湃新闻-The Paper\s*$",),
    markups=(
        Markup(
            rests_on="seen",
            source="a real page, 2020-06",
            title=("h1.news_title",),
            time=("div.news_about p:nth-of-type(2)",),
            time_formats=("%Y-%m-%d %H:%M",),
            author=("div.news_about p:first-of-type",),
            body=("div.news_txt",),
            strip=(".go_to_topic", ".news_video", "video"),
            byline_patterns=(
                r"澎湃新闻(?:高级)?记者\s*(?P<names>[\u4e00-\u9fff·\s]{2,30})",
                r"来源[：:]\s*(?P<agency>\S{2,16})",
            ),
            strip_lines=(r"[（(]本文来自澎湃新闻", r"责任编辑[：:]", r"校对[：:]"),
        ),
    ),
    expected=(5, 300),
    rhythm_minutes=60,
)
