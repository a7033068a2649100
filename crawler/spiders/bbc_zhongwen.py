"""BBC News Chinese, simplified."""

from crawler.spiders._bbc import edition

OUTLET = edition(key="bbc-zhongwen", script="simp", name="BBC News 中文", language_tag="zh-Hans")
