"""China Times, traditional Chinese."""

from crawler.spiders._chinatimes import edition

OUTLET = edition(key="chinatimes", prefix="", name="中時新聞網", language_tag="zh-Hant", newsmap=True)
