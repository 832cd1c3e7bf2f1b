from lhystudy.checker.terms import Context, Fact


def proved(fact: Fact, context: Context, deadline: float) -> bool:
    return False
