"""The checker held against labelled answers, beside two peers, and its speed."""
