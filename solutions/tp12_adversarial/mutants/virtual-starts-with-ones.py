# %% tags=["mutant"]
# mistake = "the start is all ones"
# loses = ["q4-virtual-steepest"]
# breaks = ["leaves-alone"]
# hint = "d is drawn at random in each call"
# public = false

# %% grade_id="q4-virtual-steepest"
def virtual_steepest(model, x, mask, epsilon, xi=0.1, iterations=1):
    def unit(d):
        return F.normalize((d * mask.unsqueeze(2)).flatten(1), dim=1).view_as(x)

    t = model(x.detach(), mask).detach()
    d = unit(torch.ones_like(x))
    for _ in range(iterations):
        s = (xi * d).detach().requires_grad_()
        q = model(x.detach() + s, mask)
        c = divergence(t, q).sum()
        d = unit(torch.autograd.grad(c, s)[0])
    return epsilon * d
