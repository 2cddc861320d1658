"""Very many dossiers: the lives of the demonstration, each told once by the services, retold elsewhere and earlier.

A life stays true when all its moments move by the same whole weeks, to where the calendar of its offices is
the same day by day, and all its people become their colleagues in another set of wards. What is unique is
drawn anew: codes, numbers, ID numbers, seals and the chain of the history. See `cases.demo.many.fill`.
"""
