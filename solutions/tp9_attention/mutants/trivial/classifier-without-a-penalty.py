# %% tags=["mutant"]
# trivial = "the classifier again: its strength is never used"

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, *given, strength, **named):
        super().__init__(*given, **named)
        self.strength = strength
