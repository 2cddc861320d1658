"""`make demo`: the whole system on one machine with demonstration data, and the main job done once."""
