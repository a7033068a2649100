"""Sina 新浪新闻."""

from crawler.outlet import Feed, Markup, NotArticle, Outlet, SectionList, UrlPattern

OUTLET = Outlet(
    key="sina",
    name="新浪新闻",
    home="https://news.sina.com.cn/",
    country="CN",
    language_tag="zh-Hans",
    timezone="Asia/Shanghai",
    hosts=("news.sina.com.cn", "finance.sina.com.cn", "tech.sina.com.cn", "rss.sina.com.cn"),
    urls=(
        UrlPattern(
            host=r"(?P<sub>news|finance|tech)\.sina\.com\.cn",
            path=r"/(?P<place>.+/)?(?P<day>\d{4}-\d{2}-\d{2})/doc-(?P<id>i[a-z]{5,9}\d{6,9})\.shtml",
            canonical="https://{sub}.sina.com.cn/{place}{day}/doc-{id}.shtml",
        ),
        UrlPattern(
            host=r"(?:news|finance|tech)\.sina\.com\.cn", path=r"/(?:china/|world/|roll/)?", kind="listing"
        ),
    ),
    ways=(
        SectionList(url="https://news.sina.com.cn/", source="the host of a real page, 2019"),
        Feed(
            url="https://rss.sina.com.cn/news/marquee/ddt.xml",
            rank=2,
            source="named by a real page of 2019; projects to 2026",
        ),
        SectionList(url="https://news.sina.com.cn/china/", rank=2, source="the channel of a real page, 2019"),
    ),
    tracking_params=("cre", "mod", "loc", "r", "rfunc", "tj", "tr", "from", "finpagefr"),
    title_suffixes=(r"(?:\|[^|_]{1,12})*_(?:新浪[\u4e00-\u9fff]{2}|手机新浪网)\s*$",),
    markups=(
        Markup(
            rests_on="seen",
            source="a real page, 2019-11",
            title=("h1.main-title",),
            time=("div.date-source span.date", "#top_bar span.date"),
            time_formats=("%Y年%m月%d日 %H:%M",),
            author=("div.date-source a.source", "div.date-source span.source"),
            body=("div#article.article", "div#artibody"),
            strip=(
                ".img_wrapper",
                ".wap_special",
                "#article-bottom",
                ".article-editor",
                ".show_author",
                ".article-notice",
                "ins",
            ),
            strip_lines=(r"原标题[：:]", r"责任编辑[：:]", r"点击进入专题", r"免责声明[：:]"),
        ),
    ),
    not_article=(NotArticle(outcome="soft_404", text="(?:页面没有找到|您访问的页面不存在)", max_text=600),),
    expected=(10, 1000),
    rhythm_minutes=60,
    notes="The source element names the original publisher.",
)
