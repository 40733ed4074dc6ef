package io.concordkv.raft.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class QuorumTest {
  private static final List<Ballot> BALLOTS = List.of(Ballot.GRANTED, Ballot.REFUSED, Ballot.OPEN);

  @Test
  void what_is_committed_is_what_counting_on_fingers_says() {
    var random = new SplittableRandom(7);
    for (int round = 0; round < 2000; round++) {
      var first = voters(random, 1);
      var second = random.nextBoolean() ? List.<Long>of() : voters(random, 1);
      var matched = new long[12];
      for (int i = 0; i < matched.length; i++) {
        matched[i] = random.nextInt(6);
      }
      long expected = 0;
      for (long index = 1; index < 6; index++) {
        if (has(first, matched, index) && (second.isEmpty() || has(second, matched, index))) {
          expected = index;
        }
      }
      assertThat(new Quorum(first, second).committed(id -> matched[(int) id])).isEqualTo(expected);
    }
  }

  @Test
  void a_vote_is_won_or_lost_exactly_when_the_open_ballots_cannot_change_it() {
    var random = new SplittableRandom(8);
    for (int round = 0; round < 2000; round++) {
      var first = voters(random, 1);
      var second = random.nextBoolean() ? List.<Long>of() : voters(random, 1);
      var ballots = new Ballot[12];
      for (int i = 0; i < ballots.length; i++) {
        ballots[i] = BALLOTS.get(random.nextInt(3));
      }
      var result = new Quorum(first, second).result(id -> ballots[(int) id]);
      boolean already = wins(first, ballots, false) && wins(second, ballots, false);
      boolean still = wins(first, ballots, true) && wins(second, ballots, true);
      assertThat(result)
          .isEqualTo(already ? VoteResult.WON : still ? VoteResult.PENDING : VoteResult.LOST);
    }
  }

  @Test
  void nobody_bounds_nothing() {
    var quorum = new Quorum(List.of(), List.of());
    assertThat(quorum.committed(_ -> 3)).isEqualTo(Long.MAX_VALUE);
    assertThat(quorum.result(_ -> Ballot.REFUSED)).isEqualTo(VoteResult.WON);
  }

  @Test
  void the_only_voter_is_known_as_such_unless_another_half_exists() {
    assertThat(new Quorum(List.of(4L), List.of()).isOnly(4)).isTrue();
    assertThat(new Quorum(List.of(4L), List.of()).isOnly(5)).isFalse();
    assertThat(new Quorum(List.of(4L), List.of(5L)).isOnly(4)).isFalse();
  }

  private static List<Long> voters(SplittableRandom random, int atLeast) {
    var voters = new ArrayList<Long>();
    for (long id = 0; id < 10; id++) {
      if (random.nextInt(3) == 0) {
        voters.add(id);
      }
    }
    while (voters.size() < atLeast) {
      voters.add(11L);
    }
    return voters;
  }

  private static boolean has(List<Long> voters, long[] matched, long index) {
    return 2 * voters.stream().filter(id -> matched[id.intValue()] >= index).count()
        > voters.size();
  }

  private static boolean wins(List<Long> voters, Ballot[] ballots, boolean withOpen) {
    long granted =
        voters.stream()
            .map(id -> ballots[id.intValue()])
            .filter(b -> b == Ballot.GRANTED || (withOpen && b == Ballot.OPEN))
            .count();
    return voters.isEmpty() || 2 * granted > voters.size();
  }
}
