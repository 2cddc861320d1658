"""The law as a specification: for every rule R1–R39 its own example, through the same doors as the product."""
