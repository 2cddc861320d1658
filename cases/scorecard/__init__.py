"""Evaluation (đánh giá chất lượng phục vụ): the scorecard of Decision 766 (R51), on time in its sense (R52),
and the nine indicators of Circular 01/2018 (R50).

Facts of a period go in, scores come out; formulas, maxima, targets and bands are dated parameters. All
modules are pure but `facts`, which counts in the database.
"""
