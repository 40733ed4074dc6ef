package io.concordkv.sim.oracle;

import io.concordkv.base.env.Env;
import io.concordkv.node.Node;
import io.concordkv.sim.violation.Violation;
import java.util.List;
import java.util.TreeMap;

/// I19: members that went in step from the beginning have the same tables in the same levels
/// whenever their states are durable up to the same entry, whatever their disks and workers were
/// like, and whether they died in between.
public final class FilesCheck {
  public static final String AGREE = "I19 files-agree";

  /// So many bars are remembered: who is further behind is sent a snapshot sooner or later.
  private static final int REMEMBERED = 1000;

  private record Told(String name, List<String> layout) {}

  private final TreeMap<Long, Told> byMark = new TreeMap<>();
  private final TreeMap<String, Long> looked = new TreeMap<>();

  /// Looks at a member; to be called after every event of its loop.
  public void look(String name, Node node, Env env) {
    var shard = node.shard();
    var engine = shard.engine();
    long mark = engine.durableMark();
    if (mark == 0 || mark == looked.getOrDefault(name, 0L) || !engine.inStep()) {
      return;
    }
    looked.put(name, mark);
    if (shard.applied().configuration().witnesses().contains(node.id())) {
      return;
    }
    var layout = engine.layout();
    var other = byMark.putIfAbsent(mark, new Told(name, layout));
    if (other != null && !other.name.equals(name)) {
      env.reached("sim/files-compared");
      Violation.unless(
          layout.equals(other.layout),
          AGREE,
          "%s has %s after entry %d, and %s had %s"
              .formatted(name, layout, mark, other.name, other.layout));
    }
    if (byMark.size() > REMEMBERED) {
      byMark.pollFirstEntry();
    }
  }
}
