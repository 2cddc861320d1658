"""The report of an agency and a period: the lists and rates that supervisors and conferences look at.

`tables` is the form of everything in it, pure; each other module makes the tables of one or more parts from
the facts. One contents list (`contents`) for screen, Excel and PDF; what a figure counts is in `behind`.
"""
