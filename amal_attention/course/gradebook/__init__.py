"""A course's folder and its gradebook, which is nbgrader's."""
