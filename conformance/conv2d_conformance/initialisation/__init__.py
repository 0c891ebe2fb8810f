"""Whether a fresh layer is drawn from the law that the document names: exact checks, and tests with proved p-values.

One line denotes the layers of one question (`cases.layer_case`). Before anything is seen, `plan` fixes the layers,
their seeds, and the share that each test has of the allowed probability of a false alarm. The tests (`marginal`,
`slices`, `dependence`, `repeats`, `stream`) turn parameters into upper bounds of p-values. `recognise` names the law
that was drawn instead.
"""
