"""`python -m conv2d_conformance` is the same program as `conv2d-conformance`."""

from conv2d_conformance.cli import main

if __name__ == "__main__":
    main()
