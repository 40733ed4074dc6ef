package io.concordkv.stress;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jspecify.annotations.Nullable;

/// How hard the tests of this module look: a little in every build, more with `make stress`.
///
/// Lincheck (Koval et al., CAV 2023) runs a few calls on a few threads in many ways and fails when
/// what they answered is explained by no order of them. It does so in two ways. *Told* runs choose
/// at each access to shared memory who goes on: they find what one unlucky switch does, and find it
/// again. *Real* runs leave that to the machine: they find what processor and compiler do.
public final class Stress {
  private static final int TIMES = Math.max(1, Integer.getInteger("stress.times", 1));
  private static final int REAL_RUNS = 100;
  private static final int TOLD_RUNS = 10;
  private static final int STORY_RUNS = 40;

  /// What is taken for one step: these read and write memory in ways that Lincheck does not follow.
  private static final String[] WHOLE = {
    "io.concordkv.storage.engine.memtable.Arena", "io.concordkv.storage.engine.skiplist.OffHeap"
  };

  /// What never changes, so that it does not matter who goes on there.
  private static final String[] UNSHARED = {
    "io.concordkv.base.Bytes",
    "io.concordkv.storage.engine.memory.KeyPrefix",
    "io.concordkv.storage.engine.lsm.table.BloomFilter"
  };

  /// See [#shared].
  @SuppressWarnings("unused")
  private static volatile @Nullable Object shared;

  private Stress() {}

  /// Has Lincheck know that `object` is one that threads share. It does not look into what a lambda
  /// takes along, and nobody is told to go on at an access to what one thread alone seems to have.
  public static <T> T shared(T object) {
    shared = object;
    return object;
  }

  /// Runs `stories`, which are calls of `type` for its threads behind what is called before: `put
  /// 1, put 2 | delete 1 | get 1, get 2`. Those who answer otherwise than `model` in any order
  /// fail.
  public static void real(Class<?> type, Class<?> model, String... stories) {
    var options =
        new StressOptions()
            .iterations(4 * (TIMES - 1))
            .invocationsPerIteration(REAL_RUNS)
            .threads(3)
            .actorsPerThread(3)
            .actorsBefore(3)
            .actorsAfter(1)
            .sequentialSpecification(model);
    for (int i = 0; i < TIMES; i++) {
      for (var story : stories) {
        options.addCustomScenario(scenario(type, story));
      }
    }
    options.check(type);
  }

  /// The same, told: only with `make stress`, since it takes a while to follow all of their steps.
  public static void told(Class<?> type, Class<?> model, String... stories) {
    if (TIMES == 1) {
      return;
    }
    var options =
        new ModelCheckingOptions()
            .addGuarantee(forClasses(WHOLE).allMethods().treatAsAtomic())
            .addGuarantee(forClasses(UNSHARED).allMethods().ignore())
            .iterations(TIMES - 1)
            .invocationsPerIteration(TOLD_RUNS * TIMES)
            .threads(2)
            .actorsPerThread(2)
            .actorsBefore(2)
            .actorsAfter(1)
            .sequentialSpecification(model);
    for (var story : stories) {
      options.addCustomScenario(scenario(type, story));
    }
    options.check(type);
  }

  /// Tells who goes on in `story`, which starts threads of its own and waits for them. Fails when
  /// it throws, or when nobody can go on.
  public static void told(Runnable story) {
    Lincheck.runConcurrentTest(STORY_RUNS * TIMES, story);
  }

  /// Runs `parts` at once, the first one here, and waits for all. What one of them throws is
  /// thrown.
  public static void together(Runnable... parts) {
    var failed = new AtomicReference<@Nullable Throwable>();
    var threads = new ArrayList<Thread>();
    for (int i = 1; i < parts.length; i++) {
      var part = parts[i];
      threads.add(new Thread(() -> run(part, failed)));
    }
    threads.forEach(Thread::start);
    run(parts[0], failed);
    for (var thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException unasked) {
        throw new AssertionError(unasked);
      }
    }
    var why = failed.get();
    if (why != null) {
      throw new AssertionError(why);
    }
  }

  private static void run(Runnable part, AtomicReference<@Nullable Throwable> failed) {
    try {
      part.run();
    } catch (Throwable why) {
      failed.set(why);
    }
  }

  private static ExecutionScenario scenario(Class<?> type, String story) {
    var parts = Arrays.stream(story.split("\\|")).map(part -> calls(type, part)).toList();
    return new ExecutionScenario(
        parts.getFirst(), parts.subList(1, parts.size()), new ArrayList<>(), null);
  }

  private static List<Actor> calls(Class<?> type, String part) {
    var calls = new ArrayList<Actor>();
    for (var call : part.strip().split(",\\s*")) {
      if (!call.isEmpty()) {
        var words = call.strip().split(" ");
        var name = words[0];
        var method =
            Arrays.stream(type.getMethods())
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no call " + name));
        var arguments = Arrays.stream(words).skip(1).map(Integer::valueOf).toList();
        calls.add(new Actor(method, new ArrayList<Object>(arguments)));
      }
    }
    return calls;
  }
}
