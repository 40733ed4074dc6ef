package io.concordkv.sim.check;

import static io.concordkv.sim.model.PlantedLog.leased;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.Mutation;
import io.concordkv.node.LeaseState;
import io.concordkv.sim.model.PlantedLog;
import io.concordkv.sim.violation.Violation;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Each guarantee is broken once, by hand. Lease 5 is granted at second 10, for four seconds.
class LeaseCheckTest {
  private static final long LEASE = 5;

  private final PlantedLog log = new PlantedLog();
  private final LeaseCheck check = new LeaseCheck(log.replay(), log::nanos);

  @BeforeEach
  void grant() {
    log.at(10);
    log.commit(new Mutation.GrantLease(LEASE, 4));
  }

  @Test
  void a_lease_that_ends_in_time_is_fine() {
    log.at(11);
    check.renewed(check.ask(LEASE, 1), 4);
    log.at(15);
    log.commit(new Mutation.RevokeLease(LEASE));
    check.renewed(check.ask(LEASE, 2), 0);
    check.told(check.ask(LEASE, 2), 1, new LeaseState(LEASE, -1, 0, List.of()), true);
  }

  @Test
  void a_lease_that_ends_before_its_time_is_noticed() {
    log.at(13.9);
    broken(LeaseCheck.LIVES, () -> log.commit(new Mutation.RevokeLease(LEASE)));
  }

  @Test
  void a_lease_that_ends_before_its_renewed_time_is_noticed() {
    log.at(12);
    check.renewed(check.ask(LEASE, 1), 4);
    log.at(15);
    broken(LeaseCheck.LIVES, () -> log.commit(new Mutation.RevokeLease(LEASE)));
  }

  @Test
  void a_renewal_that_is_told_only_after_the_early_end_is_noticed() {
    log.at(12);
    var asked = check.ask(LEASE, 1);
    log.at(15);
    log.commit(new Mutation.RevokeLease(LEASE));
    broken(LeaseCheck.LIVES, () -> check.renewed(asked, 4));
  }

  @Test
  void a_lease_that_is_denied_before_its_time_is_noticed() {
    log.at(13);
    broken(LeaseCheck.LIVES, () -> check.renewed(check.ask(LEASE, 1), 0));
    broken(
        LeaseCheck.LIVES,
        () -> check.told(check.ask(LEASE, 1), 1, new LeaseState(LEASE, -1, 0, List.of()), false));
  }

  @Test
  void a_lease_that_a_client_revokes_may_end_at_any_time() {
    check.revoking(LEASE);
    check.renewed(check.ask(LEASE, 1), 0);
    log.commit(new Mutation.RevokeLease(LEASE));
  }

  @Test
  void a_renewal_after_the_end_was_told_is_noticed() {
    var before = check.ask(LEASE, 1);
    check.revoking(LEASE);
    log.commit(new Mutation.RevokeLease(LEASE));
    check.renewed(before, 4);
    check.renewed(check.ask(LEASE, 1), 4);
    broken(LeaseCheck.NOT_RENEWED, () -> check.renewed(check.ask(LEASE, 2), 4));
    broken(
        LeaseCheck.NOT_RENEWED,
        () -> check.told(check.ask(LEASE, 2), 1, new LeaseState(LEASE, 1, 4, List.of()), false));
  }

  @Test
  void a_wrong_time_to_live_is_noticed() {
    log.at(11);
    check.told(check.ask(LEASE, 1), 1, new LeaseState(LEASE, 3, 4, List.of()), true);
    broken(LeaseCheck.TOLD, () -> check.renewed(check.ask(LEASE, 1), 5));
    broken(LeaseCheck.TOLD, () -> told(new LeaseState(LEASE, 3, 5, List.of())));
    broken(LeaseCheck.TOLD, () -> told(new LeaseState(LEASE, 8, 4, List.of())));
    broken(LeaseCheck.TOLD, () -> told(new LeaseState(LEASE, 0, 4, List.of())));
  }

  @Test
  void wrong_keys_of_a_lease_are_noticed() {
    log.commit(leased("k", "v", LEASE));
    told(new LeaseState(LEASE, 3, 4, List.of(Bytes.of("k"))));
    broken(LeaseCheck.TOLD, () -> told(new LeaseState(LEASE, 3, 4, List.of())));
  }

  @Test
  void a_lease_that_is_not_named_is_noticed() {
    check.listed(1, List.of(LEASE));
    broken(LeaseCheck.LISTED, () -> check.listed(1, List.of()));
    broken(LeaseCheck.LISTED, () -> check.listed(1, List.of(LEASE, 6L)));
  }

  private void told(LeaseState state) {
    check.told(check.ask(LEASE, 1), log.model().revision(), state, true);
  }

  private static void broken(String check, Runnable told) {
    assertThatThrownBy(told::run)
        .isInstanceOfSatisfying(
            Violation.class, violation -> assertThat(violation.check()).isEqualTo(check));
  }
}
