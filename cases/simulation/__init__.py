"""Past dossiers replayed with another limit, calendar or staffing (mô phỏng); see docs/decisions/0035.

`clocks`, `scenarios`, `queues` and `replay` are pure; `past` reads the facts. Nothing is written.
"""
