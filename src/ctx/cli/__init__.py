"""The command line: one module per command. The only room that reads the environment, prints and exits."""
