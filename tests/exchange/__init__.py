"""Two installations that exchange interlinked dossiers: databases, processes and HTTP of their own."""
