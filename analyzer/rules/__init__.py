"""Every lint rule: a module of this folder that binds a `Rule`, found by scanning; adding a rule is adding its file.

rules()["WBT401"].name      -> "softmax-without-dim"
"""
