"""What a browser gets: the chat page, its cards, style and script."""
