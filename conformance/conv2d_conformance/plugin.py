"""The documented address of the pytest plugin, which runs the checks against one implementation.

Loaded by name alone (`-p conv2d_conformance.plugin`): installing the suite leaves everybody else's pytest untouched.
"""

pytest_plugins = ("conv2d_conformance.running.plugin",)
