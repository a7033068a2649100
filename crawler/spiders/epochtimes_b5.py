"""The Epoch Times, traditional Chinese."""

from crawler.spiders._epochtimes import edition

OUTLET = edition(ed="b5", name="大紀元", language_tag="zh-Hant")
