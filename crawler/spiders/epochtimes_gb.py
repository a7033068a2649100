"""The Epoch Times, simplified Chinese."""

from crawler.spiders._epochtimes import edition

OUTLET = edition(ed="gb", name="大纪元", language_tag="zh-Hans")
