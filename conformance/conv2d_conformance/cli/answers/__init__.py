"""The answers of commands as types, from which their JSON and its schema follow."""
