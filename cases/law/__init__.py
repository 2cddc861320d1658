"""Published cases of the law, answered by the product's own functions (see `manage.py check_law`).

Nothing here decides anything: an adapter reads the inputs of a case, asks the function that the desk,
the officers and the workers use, and names what it said.
"""
