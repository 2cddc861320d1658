"""The National Database on Administrative Procedures: its words, and the questions that are asked of it."""
