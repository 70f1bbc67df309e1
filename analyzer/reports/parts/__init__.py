"""What formats share: rows and columns of layers, figures in words, escaping, the layout of lines.

analyzer/reports/table.py, markdown.py and csv.py are built from these; none of them prints.
"""
