"""Deutsche Welle, traditional Chinese."""

from crawler.outlet import NewsMap, SectionList
from crawler.spiders._dw import edition

OUTLET = edition(
    key="dw-zh-hant",
    lang="zh-hant",
    name="德國之聲",
    language_tag="zh-Hant",
    country_zone="UTC",
    ways=(
        SectionList(
            url="https://www.dw.com/zh-hant/", source="the edition's own front page; no feed was found"
        ),
        NewsMap(url="https://www.dw.com/zh-hant/news-sitemap.xml", rank=2, source="inferred from de and en"),
    ),
    expected=(5, 400),
)
