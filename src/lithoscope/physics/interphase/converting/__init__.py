"""Films that convert, resolved over their depth: insertion, conversion behind a front, alloying."""
