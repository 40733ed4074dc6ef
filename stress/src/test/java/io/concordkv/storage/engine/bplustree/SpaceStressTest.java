package io.concordkv.storage.engine.bplustree;

import static io.concordkv.stress.Stress.shared;
import static io.concordkv.stress.Stress.together;

import io.concordkv.base.Check;
import io.concordkv.stress.Stress;
import org.junit.jupiter.api.Test;

final class SpaceStressTest {
  @Test
  void a_unit_is_given_to_one_and_freed_when_the_last_tree_that_has_it_ends() {
    Stress.told(() -> {
      var space = shared(new Space(new PageCache(0)));
      space.begin(1);
      long old = space.allocate(1);
      space.begin(2);
      long[] got = new long[2];
      together(
          () -> {
            var dead = new Dead();
            dead.add(PageFormat.place(old, 1), 1);
            space.retire(1, dead);
            got[0] = space.allocate(1);
            Check.that(!space.end(2), "the older tree is read");
          },
          () -> got[1] = space.allocate(2));
      Check.that(got[0] != old && got[1] != old, "what an old tree has is not given away");
      Check.that(got[0] < got[1] || got[0] > got[1] + 1, "no unit is given twice");
      Check.that(space.takenUnits() == 4, "all are counted");
      Check.that(space.end(1), "nobody reads any more");
      Check.that(space.takenUnits() == 3 && space.allocate(1) == old, "it is free again");
    });
  }
}
