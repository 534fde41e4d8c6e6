"""ctx: named environment profiles, switched on demand and by directory."""

__version__ = "0.1.0"
