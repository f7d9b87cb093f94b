"""News for the desk: searched, cleaned of repetitions, weighed by source, read by a model or by a list of words."""
