"""One small file of facts per outlet: ``<key with _ for ->.py`` holds ``OUTLET``.

The spider of an outlet is made from its facts (:mod:`crawler.ways.spider`); nothing here imports Scrapy. Files whose
name starts with ``_`` hold what editions of one publisher share.
"""
