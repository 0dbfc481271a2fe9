"""From seed files to ranked themes: documents, themes, embedding, store, search."""
