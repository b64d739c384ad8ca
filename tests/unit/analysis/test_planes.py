"""States on a plane: scikit-learn's principal components, and two units as they are."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from rnnlab.analysis.planes import principal_components, two_units

STATES = np.random.default_rng(3).normal(size=(40, 5)).astype(np.float32) @ np.diag([1, 3, 0.2, 2, 0.5])


def test_axes_are_the_principal_components_of_the_newest_states():
    plane, known = principal_components(STATES), PCA(2).fit(STATES)
    np.testing.assert_allclose(np.abs(plane.points(STATES)), np.abs(known.transform(STATES)), atol=1e-5)
    assert plane.kept(STATES) == pytest.approx(known.explained_variance_ratio_.sum(), abs=1e-6)
    largest = np.abs(plane.axes).argmax(1)
    assert (plane.axes[[0, 1], largest] > 0).all()


def test_other_states_are_seen_on_the_same_axes_and_keep_less():
    plane = principal_components(STATES)
    others = STATES[:, ::-1] + 1.0
    np.testing.assert_allclose(plane.points(others), (others - STATES.mean(0)) @ plane.axes.T, atol=1e-5)
    around = others - others.mean(0)
    assert plane.kept(others) == pytest.approx(((around @ plane.axes.T) ** 2).sum() / (around**2).sum(), abs=1e-5)


@pytest.mark.parametrize(("states", "varying"), [(np.ones((4, 3)), 0), (np.outer(np.arange(4), [1.0, 2, 0]), 1)])
def test_where_little_varies_an_axis_is_nothing(states, varying):
    plane = principal_components(states)
    assert (plane.axes.any(1)).sum() == varying
    assert np.isfinite(plane.points(states)).all()


def test_one_unit_alone_has_one_axis():
    assert not principal_components(STATES[:, :1]).points(STATES[:, :1])[:, 1].any()


def test_two_units_are_what_they_are():
    plane = two_units(3, 1, 5)
    np.testing.assert_array_equal(plane.points(STATES), STATES[:, [3, 1]].astype(np.float64))
    assert plane.kept(STATES) == pytest.approx(STATES[:, [3, 1]].var(0).sum() / STATES.var(0).sum(), rel=1e-5)
