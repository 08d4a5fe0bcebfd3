# %% tags=["mutant"]
# mistake = "all words that weigh as much as the k-th come: more than k where two weigh the same"
# loses = ["q2-top-words"]
# breaks = ["words"]
# hint = "either of them will do"
# public = false

# %% grade_id="q2-top-words"
def top_words(tokens, weights, k):
    if not tokens:
        return []
    least = weights.topk(min(k, len(tokens))).values[-1]
    kept = [(word, float(weight)) for word, weight in zip(tokens, weights) if weight >= least]
    return sorted(kept, key=lambda pair: -pair[1])
