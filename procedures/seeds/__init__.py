"""Reads the seed files into plain facts and says what is wrong with them; writes nothing."""
