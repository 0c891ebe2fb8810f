"""Certify the certifier: which checks kill which mutants, which mutants are one, and how many are killed."""
