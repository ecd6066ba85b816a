"""`python -m woodoo.cli` is the same as `woodoo`."""

from woodoo.cli.main import main

if __name__ == "__main__":
    main()
