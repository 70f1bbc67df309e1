"""What formats of changes share: figures with signs, sentences, and the lines of a tree of layers.

signed(Measure(Figure(630), Figure(850), delta=220))      "+220"
"""
