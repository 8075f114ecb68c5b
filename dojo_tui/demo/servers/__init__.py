"""The demo's live tools: servers on loopback that end with it, and a Connector to each of them."""
