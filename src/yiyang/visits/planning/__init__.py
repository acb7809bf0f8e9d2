"""Planning of visits, pure: tables in, tables out. Knows no Django, clock or network."""
