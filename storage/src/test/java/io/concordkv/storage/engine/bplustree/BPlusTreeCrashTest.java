package io.concordkv.storage.engine.bplustree;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.testkit.SimDisk;
import org.junit.jupiter.api.Test;

/// The same run again and again, ended at each of its file operations in turn. Whatever is found
/// afterwards is the content right after one of the batches, none that was reported durable is
/// missing, and the tree is whole.
///
/// `-Dconcord.crash.batches` and `-Dconcord.crash.draws` make the run longer, and draw more often
/// what survives of that which was not synced.
final class BPlusTreeCrashTest {
  private static final int BATCHES = Integer.getInteger("concord.crash.batches", 50);
  private static final int DRAWS = Integer.getInteger("concord.crash.draws", 2);

  private interface Death {
    void plan(SimDisk disk, long operation);
  }

  @Test
  void a_power_cut_at_any_file_operation_loses_nothing_durable() {
    for (int draw = 0; draw < DRAWS; draw++) {
      assertThat(dieEverywhere(SimDisk::powerCutAtOperation, draw)).isGreaterThan(200);
    }
  }

  @Test
  void a_kill_at_any_file_operation_loses_nothing_durable() {
    assertThat(dieEverywhere(SimDisk::killAtOperation, 0)).isGreaterThan(200);
  }

  /// Returns how many operations there were to die at.
  private static int dieEverywhere(Death death, int draw) {
    for (int operation = 1; ; operation++) {
      int at = operation;
      boolean dieWhileOpening = (operation + draw) % 3 == 0;
      var run = new ScriptedTree(operation + 1_000_000L * draw, BATCHES, env -> env);
      boolean died = run.script(() -> death.plan(run.disk(), at));
      try {
        run.checkWhatIsLeft(dieWhileOpening ? death::plan : null);
      } catch (Throwable failure) {
        throw new AssertionError(
            "after the end at operation " + operation + ", draw " + draw, failure);
      }
      if (!died) {
        return operation;
      }
    }
  }
}
