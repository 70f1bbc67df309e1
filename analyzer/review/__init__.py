"""What a change does to the models, and how reviewers are told: base against head, the comment's text, the code hosts.

read(body).largest.percent      1.5, from the invisible first line of a comment
"""
