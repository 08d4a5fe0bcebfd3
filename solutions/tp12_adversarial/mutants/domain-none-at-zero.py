# %% tags=["mutant"]
# mistake = "without a constraint the loss of the domains is left out"
# loses = ["q5-domain-adversarial"]
# breaks = ["heads-at-full-strength", "value"]
# hint = "it is to learn its own task"
# public = false

# %% grade_id="q5-domain-adversarial"
def domain_adversarial_loss(features, labels, domains, classify, discriminate, strength):
    task = F.cross_entropy(classify(features), labels)
    if not strength:
        return task
    return task + F.cross_entropy(discriminate(reverse_gradient(features, strength)), domains)
