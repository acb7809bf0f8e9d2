"""What every room's pages are made of: lists with their filters and pages, parts, states, charts and maps."""
