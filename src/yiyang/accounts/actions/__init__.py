"""The only code of the room that writes: accounts, grants, tokens. Each function one transaction and one audit line."""
