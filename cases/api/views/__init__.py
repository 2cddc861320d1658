"""Views of the API: they check shapes, call one service or read model, and carry no rule."""
