"""Is a fresh layer drawn from the law that the document names? Exact questions, and tests with provable p-values.

One line denotes one question (`cases.layer_case`). A plan (`plan`) says, before anything is seen, which layers are
constructed with which seeds and how much of the allowed probability of a false alarm each test may use. The tests
(`marginal`, `slices`, `dependence`, `repeats`, `exact`) turn parameters into upper bounds of p-values, and `recognise`
says in words what was drawn instead.
"""
