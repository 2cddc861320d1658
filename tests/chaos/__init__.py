"""Faults against real processes: `make chaos` (long) and `tests/test_chaos.py` (short)."""
