"""The road network, the places people live in, and the facilities: given or made up. Pure, without Django.

What other parts use: `graph.Network`, `osm.read_roads`, `made_up.made_up_network`, `places.Points` and `Facilities`,
`reading.read_points`, `reading.read_facilities`, `made_places.made_up_points`, `made_places.made_up_facilities`.
"""
