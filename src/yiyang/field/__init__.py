"""Work away from the desk without network: devices, what they take along, what they bring home."""
