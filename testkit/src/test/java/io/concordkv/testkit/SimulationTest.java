package io.concordkv.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.env.Workers.Lane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SimulationTest {
  private final List<String> log = new ArrayList<>();

  @Test
  void a_loop_keeps_the_order_of_its_tasks() {
    var simulation = new Simulation(1);
    var loop = simulation.env("a").loop();
    loop.after(Duration.ofMillis(5), () -> log.add("5 ms"));
    loop.post(() -> log.add("first"));
    loop.post(() -> loop.post(() -> log.add("third")));
    loop.post(() -> log.add("second"));
    loop.after(Duration.ofMillis(5), () -> log.add("5 ms, set later"));
    loop.after(Duration.ofMillis(1), () -> log.add("1 ms"));

    simulation.runFor(Duration.ofMillis(4));
    assertThat(log).containsExactly("first", "second", "third", "1 ms");
    simulation.runFor(Duration.ofMillis(1));
    assertThat(log).endsWith("5 ms", "5 ms, set later");
    assertThat(simulation.nanos()).isEqualTo(5_000_000);
  }

  @Test
  void the_seed_decides_between_loops_at_the_same_instant() {
    var orders = new TreeSet<String>();
    for (long seed = 1; seed <= 20; seed++) {
      var simulation = new Simulation(seed);
      var order = new StringBuilder();
      for (var node : List.of("a", "b", "c")) {
        var loop = simulation.env(node).loop();
        loop.post(() -> order.append(node).append('1'));
        loop.post(() -> order.append(node).append('2'));
      }
      simulation.runFor(Duration.ZERO);
      for (var node : List.of("a", "b", "c")) {
        assertThat(order.indexOf(node + "1")).isLessThan(order.indexOf(node + "2"));
      }
      orders.add(order.toString());
    }
    assertThat(orders).hasSizeGreaterThan(5);
  }

  @Test
  void a_fast_clock_rings_early_and_agrees_with_its_timers() {
    var simulation = new Simulation(1);
    simulation.clock("fast").drift(500);
    var fast = simulation.env("fast");
    var right = simulation.env("right");
    long start = fast.clock().nanos();
    fast.loop()
        .after(
            Duration.ofSeconds(10),
            () -> {
              assertThat(fast.clock().nanos() - start).isGreaterThanOrEqualTo(10_000_000_000L);
              log.add("fast");
            });
    right.loop().after(Duration.ofSeconds(10), () -> log.add("right"));
    simulation.runFor(Duration.ofSeconds(11));

    assertThat(log).containsExactly("fast", "right");
  }

  @Test
  void the_time_of_day_may_stand_still_and_jump_while_time_goes_on() {
    var simulation = new Simulation(1);
    var clock = simulation.env("a").clock();
    var before = clock.wall();
    long nanos = clock.nanos();
    simulation.clock("a").freezeWall();
    simulation.runFor(Duration.ofSeconds(3));
    assertThat(clock.wall()).isEqualTo(before);
    simulation.clock("a").thawWall();
    simulation.clock("a").jumpWall(Duration.ofHours(-1));

    assertThat(clock.wall()).isEqualTo(before.plusSeconds(3).minusSeconds(3600));
    assertThat(clock.nanos()).isEqualTo(nanos + 3_000_000_000L);
  }

  @Test
  void a_pause_comes_between_two_steps_of_the_same_instant() {
    var simulation = new Simulation(1);
    var env = simulation.env("a");
    env.pauseAtEvent(2, Duration.ofSeconds(1));
    env.loop().post(() -> log.add("checks"));
    env.loop().post(() -> log.add("checks again"));
    env.loop().post(() -> log.add("answers"));
    simulation.runFor(Duration.ofMillis(999));
    assertThat(log).containsExactly("checks", "checks again");
    simulation.runFor(Duration.ofMillis(2));

    assertThat(log).endsWith("answers");
  }

  @Test
  void what_a_pause_held_up_comes_late_and_time_does_not_go_back() {
    var simulation = new Simulation(1);
    var env = simulation.env("a");
    env.loop().after(Duration.ofMillis(10), () -> log.add("at " + simulation.nanos()));
    env.pause(Duration.ofSeconds(1));
    simulation.runFor(Duration.ofMillis(25));
    env.resume();
    simulation.runFor(Duration.ofMillis(1));

    assertThat(log).containsExactly("at 25000000");
  }

  @Test
  void the_same_seed_repeats_a_run_and_another_one_does_not() {
    assertThat(trace(7)).isEqualTo(trace(7)).isNotEqualTo(trace(8));
  }

  private static long trace(long seed) {
    var simulation = new Simulation(seed);
    for (var node : List.of("a", "b")) {
      var env = simulation.env(node);
      var chance = env.random("test");
      env.loop()
          .post(() -> {
            for (int i = 0; i < 20; i++) {
              env.workers().run(Lane.READ, () -> chance.nextLong(), env.loop(), simulation::note);
            }
          });
    }
    simulation.runFor(Duration.ofSeconds(1));
    return simulation.trace();
  }

  @Test
  void a_cancelled_timer_does_not_run() {
    var simulation = new Simulation(1);
    var loop = simulation.env("a").loop();
    var timer = loop.after(Duration.ofMillis(1), () -> log.add("timer"));
    loop.post(timer::cancel);
    simulation.runFor(Duration.ofSeconds(1));
    assertThat(log).isEmpty();
  }

  @Test
  void works_of_the_log_end_in_their_order() {
    var simulation = new Simulation(3);
    var env = simulation.env("a");
    for (int i = 0; i < 50; i++) {
      var name = String.valueOf(i);
      env.workers().run(Lane.LOG, () -> name, env.loop(), log::add);
    }
    simulation.runFor(Duration.ofSeconds(10));
    assertThat(log)
        .hasSize(50)
        .isSortedAccordingTo((a, b) -> Integer.parseInt(a) - Integer.parseInt(b));
  }

  @Test
  void nothing_of_a_killed_node_runs_any_more() {
    var simulation = new Simulation(1);
    var env = simulation.env("a");
    env.loop().post(() -> log.add("before"));
    env.loop().after(Duration.ofMillis(1), () -> log.add("timer"));
    env.workers().run(Lane.LOG, () -> log.add("work"), env.loop(), done -> log.add("result"));
    simulation.world().post(env::kill);
    simulation.world().post(() -> env.loop().post(() -> log.add("posted to the dead")));
    simulation.runFor(Duration.ofSeconds(1));
    log.remove("before");
    assertThat(log).isEmpty();
  }

  @Test
  void what_escapes_a_task_ends_the_node_and_reaches_its_owner() {
    var simulation = new Simulation(1);
    var env = simulation.env("a");
    env.loop()
        .post(() -> {
          throw new IllegalStateException("broken");
        });
    env.loop().post(() -> log.add("later"));
    assertThatThrownBy(simulation::step).hasMessage("broken");
    simulation.runFor(Duration.ofSeconds(1));
    assertThat(env.alive()).isFalse();
    assertThat(log).isEmpty();

    var failures = new ArrayList<Throwable>();
    var other = simulation.env("b", failures::add);
    other
        .workers()
        .run(
            Lane.LOG,
            () -> {
              throw new IllegalStateException("disk");
            },
            other.loop(),
            done -> log.add("not reached"));
    simulation.runFor(Duration.ofSeconds(1));
    assertThat(failures).singleElement().satisfies(e -> assertThat(e).hasMessage("disk"));
    assertThat(other.alive()).isFalse();
  }

  @Test
  void a_power_cut_in_a_file_operation_ends_the_node_quietly() {
    var simulation = new Simulation(1);
    var env = simulation.env("a");
    simulation.disk("a").powerCutAtOperation(2);
    env.loop().post(() -> log.add("exists: " + env.files().exists("x")));
    env.loop()
        .post(() -> {
          env.files().exists("y");
          log.add("not reached");
        });
    env.loop().post(() -> log.add("not reached either"));
    simulation.runFor(Duration.ofSeconds(1));
    assertThat(log).containsExactly("exists: false");
    assertThat(env.alive()).isFalse();
    assertThat(simulation.env("a").files().exists("x")).isFalse();
  }

  @Test
  void streams_of_chance_do_not_shift_one_another() {
    var one = new Simulation(5).env("a");
    var two = new Simulation(5).env("a");
    two.random("other").nextLong();
    assertThat(two.random("mine").nextLong()).isEqualTo(one.random("mine").nextLong());
    assertThat(two.random("mine").nextLong()).isEqualTo(one.random("mine").nextLong());
    assertThat(one.random("mine").nextLong()).isNotEqualTo(one.random("yours").nextLong());
  }

  @Test
  void about_a_quarter_of_the_fault_sites_is_live_and_fires_every_fourth_time() {
    var env = new Simulation(11).env("a");
    int live = 0;
    for (int site = 0; site < 400; site++) {
      int fired = 0;
      for (int i = 0; i < 100; i++) {
        fired += env.fault("site " + site) ? 1 : 0;
      }
      live += fired > 0 ? 1 : 0;
      assertThat(fired).isLessThan(50);
    }
    assertThat(live).isBetween(60, 140);
    assertThat(new Simulation(11).withoutFaultSites().env("a").fault("site 1")).isFalse();
  }

  @Test
  void an_observer_sees_every_event() {
    var simulation = new Simulation(1);
    simulation.observe(() -> log.add("event"));
    simulation.env("a").loop().post(() -> log.add("task"));
    simulation.world().post(() -> log.add("task"));
    simulation.runFor(Duration.ofSeconds(1));
    assertThat(log).containsExactly("task", "event", "task", "event");
    assertThat(simulation.events()).isEqualTo(2);
  }
}
