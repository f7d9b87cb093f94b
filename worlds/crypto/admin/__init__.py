"""The desk's administrator: what happens on its bus, when somebody is to be told, and how it has been going."""
