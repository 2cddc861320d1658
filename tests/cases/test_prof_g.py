import pytest
@pytest.mark.parametrize("n", range(60))
def test_a(world, n): pass
@pytest.mark.parametrize("n", range(60))
def test_b(db, n): pass
@pytest.mark.parametrize("n", range(60))
def test_c(world, n): world.receive()
