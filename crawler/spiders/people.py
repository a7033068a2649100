"""People's Daily Online 人民网, all its channels."""

from crawler.outlet import Feed, Markup, Outlet, SectionList, UrlPattern

OUTLET = Outlet(
    key="people",
    name="人民网",
    home="http://www.people.com.cn/",
    country="CN",
    language_tag="zh-Hans",
    timezone="Asia/Shanghai",
    hosts=(".people.com.cn",),
    urls=(
        UrlPattern(
            host=r"(?P<sub>[a-z]+)\.people\.com\.cn",
            path=r"/n1/(?P<day>\d{4}/\d{4})/(?P<channel>c\d+)-(?P<id>\d+)(?:-\d+)?\.html",
            canonical="http://{sub}.people.com.cn/n1/{day}/{channel}-{id}.html",
        ),
        UrlPattern(
            host=r"[a-z]+\.people\.com\.cn", path=r"(?:/index\d*\.html|/GB/.*|/rss/.*)?", kind="listing"
        ),
    ),
    ways=(
        Feed(url="http://www.people.com.cn/rss/politics.xml", source="many projects to 2026, B"),
        Feed(url="http://www.people.com.cn/rss/world.xml", source="projects to 2026, B"),
        Feed(url="http://www.people.com.cn/rss/finance.xml", source="projects to 2026, B"),
        SectionList(url="http://politics.people.com.cn/", rank=2, source="the host of a real page, 2024"),
    ),
    title_suffixes=(r"(?:--[^-]{2,10})?--人民网\s*$",),
    markups=(
        Markup(
            rests_on="seen",
            source="a real page of politics.people.com.cn, 2024-04",
            title=("div.rm_txt div.col-1 h1",),
            time=("div.rm_txt div.channel div.col-1-1",),
            time_formats=("%Y年%m月%d日%H:%M",),
            author=("div.rm_txt div.author",),
            body=("div.rm_txt_con",),
            strip=(".bza", ".box_pic", ".edit", ".paper_num", ".zdfy", "center", ".rm_relevant"),
            byline_patterns=(
                r"[（(](?:本报|人民网)?记者(?P<names>[\u4e00-\u9fff、\s]{2,40})[）)]\s*$",
                r"来源[：:]\s*(?P<agency>[^\s|]{2,16})",
            ),
            strip_lines=(r"[（(]责编[：:]", r"分享让更多人看到"),
        ),
    ),
    expected=(20, 600),
    rhythm_minutes=60,
    notes="Pages declare gb2312 or gbk; a saved copy may be UTF-8 all the same. The site answers http.",
)
