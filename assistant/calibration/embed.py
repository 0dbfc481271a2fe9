"""Embed what every index holds, for the bundled model: ``python -m assistant.calibration.embed``."""

from assistant.embedded import FILE, write
from assistant.prototypes import lasting_companions
from index.embedding import ThemeEmbeddings

if __name__ == "__main__":
    count = write(lasting_companions(), ThemeEmbeddings())
    print(f"{count} vectors in {FILE.name}")
