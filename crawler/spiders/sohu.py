"""Sohu 搜狐: news and the accounts that publish there."""

from datetime import date

from crawler.outlet import Markup, NotArticle, Outlet, SectionList, UrlPattern

OUTLET = Outlet(
    key="sohu",
    name="搜狐",
    home="https://www.sohu.com/",
    country="CN",
    language_tag="zh-Hans",
    timezone="Asia/Shanghai",
    hosts=("www.sohu.com", "m.sohu.com", "news.sohu.com", "auto.sohu.com", "business.sohu.com"),
    urls=(
        UrlPattern(
            host=r"(?:www|m)\.sohu\.com",
            path=r"/a/(?P<id>\d{6,12})_(?P<account>\d+)",
            canonical="https://www.sohu.com/a/{id}_{account}",
        ),
        UrlPattern(
            host=r"(?P<sub>news|auto|business)\.sohu\.com",
            path=r"/(?P<day>\d{8})/(?P<id>n\d{6,12})\.shtml",
            canonical="https://{sub}.sohu.com/{day}/{id}.shtml",
        ),
    ),
    ways=(
        SectionList(
            url="https://news.sohu.com/", source="the news front page; link shape of a real page 2023"
        ),
        SectionList(url="https://www.sohu.com/", rank=2, source="the front page"),
    ),
    tracking_params=("scm", "spm", "edtsign", "edtcode", "pvid"),
    title_suffixes=(r"(?:_[^_]{1,12}){1,4}$", r"-搜狐[\u4e00-\u9fff]{0,3}\s*$"),
    markups=(
        Markup(
            rests_on="seen",
            source="a real page of www.sohu.com, 2023-11",
            title=("div.text-title h1",),
            time=("span#news-time",),
            time_formats=("%Y-%m-%d %H:%M",),
            author=("[data-role='original-link'] a",),
            body=("article#mp-editor",),
            strip=(
                "[data-role='original-title']",
                ".statement",
                "#sohuplayer",
                ".video-title",
                ".lookall-box",
                "[data-role='editor-name']",
            ),
            strip_inline=(r"返回搜狐，查看更多\s*$",),
            byline_patterns=(r"来源[：:]\s*(?P<agency>\S{2,16})",),
            strip_lines=(r"原标题[：:]", r"平台声明", r"返回搜狐，查看更多", r"责任编辑[：:]"),
        ),
        Markup(
            rests_on="seen",
            source="a real page of auto.sohu.com, 2005-05, in GBK",
            valid_until=date(2012, 12, 31),
            title=("h1",),
            strip_lines=(r"【来源", r"【作者", r"[（(]责任编辑[：:]"),
            byline_patterns=(r"作者[：:]\s*(?P<names>[\u4e00-\u9fff、\s]{2,20})",),
        ),
    ),
    not_article=(NotArticle(outcome="deleted", text="(?:该|此)?文章(?:已被?删除|不存在)", max_text=400),),
    expected=(10, 1000),
    rhythm_minutes=60,
    notes="og:url may lack its scheme. Many pages are copies of other outlets: the credit names them.",
)
