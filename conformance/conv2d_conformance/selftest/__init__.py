"""Certify the certifier: which checks kill which mutants, which mutants are the same, and how many are killed."""
