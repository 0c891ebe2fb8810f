"""The modules that IREE compiles, each written in one of the input dialects that it documents."""
