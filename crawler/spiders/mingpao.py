"""Ming Pao 明報, Hong Kong."""

from crawler.outlet import Feed, Markup, Outlet, UrlPattern

SECTIONS = ("s00001", "s00002", "s00004", "s00012", "s00013", "s00014")

OUTLET = Outlet(
    key="mingpao",
    name="明報",
    home="https://news.mingpao.com/",
    country="HK",
    language_tag="zh-Hant",
    timezone="Asia/Hong_Kong",
    hosts=("news.mingpao.com",),
    urls=(
        UrlPattern(
            host=r"news\.mingpao\.com",
            path=r"/(?P<ed>pns|ins)/(?P<section>[^/]+)/article/(?P<day>\d{8})/(?P<code>s\d{5})/(?P<id>\d{13})(?:/[^/]*)?",
            canonical="https://news.mingpao.com/{ed}/{section}/article/{day}/{code}/{id}",
        ),
        UrlPattern(host=r"news\.mingpao\.com", path=r"/(?:pns|ins)/[^/]+/section/.*|/rss/.*", kind="listing"),
    ),
    ways=(
        *(
            Feed(url=f"https://news.mingpao.com/rss/pns/{code}.xml", source="a real feed of s00002, 2020")
            for code in SECTIONS[:2]
        ),
        *(
            Feed(
                url=f"https://news.mingpao.com/rss/pns/{code}.xml", rank=2, source="the same shape as s00002"
            )
            for code in SECTIONS[2:]
        ),
        Feed(url="https://news.mingpao.com/rss/ins/all.xml", rank=2, source="inferred from the feeds of pns"),
    ),
    title_suffixes=(
        r"(?:\s*-\s*\d{8})?(?:\s*-\s*[\u4e00-\u9fff]{2,5}){0,2}\s*-\s*明報新聞網\s*$",
        r"\s*-\s*\d{8}\s*-\s*[\u4e00-\u9fff]{2,5}\s*$",
    ),
    markups=(
        Markup(
            rests_on="seen",
            source="a real page and a real feed, 2020-08",
            title=("#blockcontent hgroup h1", "hgroup h1"),
            time=("#articleTop div.date",),
            time_formats=("%Y年%m月%d日",),
            time_rule="day_only",
            section=("#articleTop .colleft a h3",),
            lead_image=("#topvideo img", "#zoomedimg img"),
            body=("#blockcontent article.txt4", "article.txt4"),
            strip=("#otherimagevideo", "#ssm2", ".articlelogin", "#topvideo", ".articlesharepart"),
            byline_patterns=(r"明報記者[\s　]*(?P<names>[\u4e00-\u9fff、\s]{2,20})$",),
            strip_lines=(r"明報記者[\s　]", r"相關字詞[﹕：:]", r"報料熱線", r"\[[\u4e00-\u9fff\s]{2,12}\]$"),
        ),
    ),
    expected=(10, 400),
    rhythm_minutes=120,
    notes="The 13 digits of a printed story are its day's time stamp in milliseconds. The page prints the day with its weekday.",
)
