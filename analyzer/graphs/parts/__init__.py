"""What the forms of a graph share: the texts of nodes and edges, and a layered layout.

analyzer/graphs/svg.py draws what layers.py and placement.py lay out; none of them prints.
"""
