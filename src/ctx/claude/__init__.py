"""What Claude Code will do in an environment: how it signs in, who pays, what goes against it.

Nothing here starts a program or reads a login token; reading what a token file says is the client's own business.
"""
