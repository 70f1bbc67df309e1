"""What rules share; no rule imports another.

bounds_of(weighed, "parameters", budget)       -> (25_557_032, 25_557_032)
"""
