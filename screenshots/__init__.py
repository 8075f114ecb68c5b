"""Pictures of the app, and the script that draws them."""
