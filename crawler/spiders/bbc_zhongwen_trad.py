"""BBC News Chinese, traditional."""

from crawler.spiders._bbc import edition

OUTLET = edition(key="bbc-zhongwen-trad", script="trad", name="BBC News 中文", language_tag="zh-Hant")
