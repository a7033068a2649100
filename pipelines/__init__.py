"""The building: pure stages from archived pages to incident records, in the order of :mod:`pipelines.line`."""

__version__ = "0.1.0"
