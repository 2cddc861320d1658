def test_life(world):
    d = world.returned(world.free)
    for e in d.events.all():
        print(e.at, e.actor_label, e.sentence)
