"""What `/metrics` tells, and how it is counted (decision 0036).

`facts` asks the database when it is asked itself; `tally` adds up what each process did, in Redis, so that several
web processes and workers are one installation.
"""
