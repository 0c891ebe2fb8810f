"""A static site of reports: the matrix, each implementation, each requirement with its picture, and what they rest on.

It opens from disk. Nothing is fetched, no page needs a script to be read, and what others wrote is text and no markup.
"""
