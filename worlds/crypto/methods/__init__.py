"""The plug-in methods of the roles, each registered under its role and name."""
