package io.concordkv.base.env;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TimerHeapTest {
  private final TimerHeap heap = new TimerHeap();
  private final List<Integer> ran = new ArrayList<>();

  private void runDue(long nowNanos) {
    for (var task = heap.poll(nowNanos); task != null; task = heap.poll(nowNanos)) {
      task.run();
    }
  }

  @Test
  void a_timer_is_due_at_its_deadline_and_not_before() {
    heap.add(10, () -> ran.add(1));
    runDue(9);
    assertThat(ran).isEmpty();
    runDue(10);
    assertThat(ran).containsExactly(1);
    assertThat(heap.isEmpty()).isTrue();
  }

  @Test
  void a_clock_that_passes_the_end_of_its_numbers_keeps_the_order() {
    heap.add(Long.MAX_VALUE, () -> ran.add(1));
    heap.add(Long.MIN_VALUE + 5, () -> ran.add(2));
    assertThat(heap.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    runDue(Long.MAX_VALUE);
    assertThat(ran).containsExactly(1);
    runDue(Long.MIN_VALUE + 5);
    assertThat(ran).containsExactly(1, 2);
  }

  @Test
  void cancelling_twice_or_after_it_ran_is_harmless() {
    var first = heap.add(1, () -> ran.add(1));
    var second = heap.add(2, () -> ran.add(2));
    second.cancel();
    second.cancel();
    runDue(5);
    first.cancel();
    heap.add(6, () -> ran.add(3));
    first.cancel();
    runDue(6);
    assertThat(ran).containsExactly(1, 3);
  }

  private record Model(long deadline, int number) {}

  @Test
  void any_mixture_of_setting_cancelling_and_running_matches_a_sorted_list() {
    for (long seed = 1; seed <= 200; seed++) {
      var random = new SplittableRandom(seed);
      var model = new ArrayList<Model>();
      var timers = new ArrayList<Timer>();
      var expected = new ArrayList<Integer>();
      ran.clear();
      for (int step = 0; step < 200; step++) {
        switch (random.nextInt(5)) {
          case 0 -> {
            long now = random.nextInt(50);
            var due = model.stream().filter(timer -> timer.deadline <= now).toList();
            due.stream()
                .sorted(Comparator.comparingLong(Model::deadline).thenComparingInt(Model::number))
                .forEach(timer -> expected.add(timer.number));
            model.removeAll(due);
            runDue(now);
          }
          case 1 -> {
            if (!timers.isEmpty()) {
              int number = random.nextInt(timers.size());
              timers.get(number).cancel();
              model.removeIf(timer -> timer.number == number);
            }
          }
          default -> {
            int number = timers.size();
            long deadline = random.nextInt(50);
            timers.add(heap.add(deadline, () -> ran.add(number)));
            model.add(new Model(deadline, number));
          }
        }
        assertThat(ran).as("seed %d", seed).isEqualTo(expected);
        assertThat(heap.isEmpty()).isEqualTo(model.isEmpty());
      }
      runDue(50);
    }
  }
}
