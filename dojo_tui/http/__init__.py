"""Floor 2: talking to servers that cannot be trusted to be up, quick, right or friendly.

Small frozen strategies (who we are, how a listing continues, when to try
again) and one ``Client`` that uses them. It knows nothing of connectors.
"""
