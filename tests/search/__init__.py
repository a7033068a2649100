"""Tests of pipelines.search."""
