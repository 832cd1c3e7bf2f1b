"""An independent witness: typed trees worked out by torch in float64; with the checker it shares the reader alone."""
