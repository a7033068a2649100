"""China Times, the simplified twins under /cn/."""

from crawler.spiders._chinatimes import edition

OUTLET = edition(key="chinatimes-cn", prefix="/cn", name="中时新闻网", language_tag="zh-Hans", newsmap=False)
