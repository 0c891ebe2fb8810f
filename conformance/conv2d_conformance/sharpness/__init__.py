"""How small an arithmetic error this suite, and tolerances, still see on the same cases.

Right answers get a known error, which shrinks until no rule refuses the answer any more. Right answers in other orders
of summation tell which rules refuse right answers.
"""
