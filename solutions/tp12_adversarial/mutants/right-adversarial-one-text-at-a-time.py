# %% tags=["mutant"]
# variant = "one text after the other"
# loses = []

# %% grade_id="q2-adversarial-loss"
def adversarial_loss(model, x, mask, labels, epsilon, alpha):
    total = 0.0
    for i in range(len(x)):
        a, m, y = x[i:i+1], mask[i:i+1], labels[i:i+1]
        eta = (fgsm(model, a, m, y, epsilon) - a).detach()
        total = total + alpha * F.cross_entropy(model(a, m), y) + (1 - alpha) * F.cross_entropy(model(a + eta, m), y)
    return total / len(x)
