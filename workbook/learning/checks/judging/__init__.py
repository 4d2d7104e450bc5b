"""How the checks judge: what several of them ask of an answer, each kind of answer in a module of its own."""
