"""`python -m lhystudy` is the same as the `lhystudy` command."""

from lhystudy.cli.main import main

if __name__ == "__main__":
    main()
