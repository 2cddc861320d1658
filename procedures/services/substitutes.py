"""Who has nobody to stand in (R44); it is read in `procedures.substitutes`."""

from procedures.substitutes import WITH_SUBSTITUTES, without_substitute

__all__ = ["WITH_SUBSTITUTES", "without_substitute"]
