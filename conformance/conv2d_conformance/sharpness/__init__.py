"""How small an error of arithmetic may be and still be seen, by this suite and by tolerances, on the same cases.

Right answers are changed by an error that is known, which becomes smaller until no rule refuses the answer any more;
and right answers in other orders of summation tell which rules refuse what is right.
"""
