"""The checker's worker, but any memory at all is much to it."""

from lhystudy.checker import serve

if __name__ == "__main__":
    serve.GROWN = 1
    serve.serve()
