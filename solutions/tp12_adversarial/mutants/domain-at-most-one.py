# %% tags=["mutant"]
# mistake = "λ above 1 counts as 1"
# loses = ["q5-domain-adversarial"]
# breaks = ["features-get-minus-lambda"]
# hint = "λ is left out"
# public = false

# %% grade_id="q5-domain-adversarial"
def domain_adversarial_loss(features, labels, domains, classify, discriminate, strength):
    return F.cross_entropy(classify(features), labels) + F.cross_entropy(discriminate(reverse_gradient(features, min(strength, 1.0))), domains)
