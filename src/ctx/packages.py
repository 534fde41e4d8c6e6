"""Third-party packages in a process that was started without `site`."""

from __future__ import annotations


def ensure(name: str) -> None:
    """Make a package of ctx's dependencies importable.

    An installed ctx has them beside itself. Where it runs from a checkout they lie where `site` would have looked. Whether
    it is there at all only the import tells that follows.
    """
    try:
        __import__(name)
    except ModuleNotFoundError:
        import site

        site.main()
