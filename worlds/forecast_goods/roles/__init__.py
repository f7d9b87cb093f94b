"""Who plays the economy's roles: by rule, by chance, or by asking a model."""
