"""The forms in which authors have a conv2d, each made an adapter as it is: docs/targets.md tells of them.

A form translates a call and never repairs an answer. Frameworks are found by an import string, and where a target asks
for one alone.
"""
